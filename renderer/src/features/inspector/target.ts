import type { InspectorTarget } from '../../../../shared/inspector.ts'
import type { ServerView } from '../../../../shared/server.ts'

const KINDS = ['server', 'namespace', 'endpoint'] as const

/** A target as the address of the page names it: `server:ID`. */
export function targetText({ kind, id }: InspectorTarget): string {
  return `${kind}:${id}`
}

export function readTarget(text: string | undefined): InspectorTarget | null {
  const [, kindText, id] = /^(\w+):(.+)$/.exec(text ?? '') ?? []
  const kind = KINDS.find((known) => known === kindText)
  return kind && id ? { kind, id } : null
}

type Named = { id: string; name: string }
export type Targets = {
  servers: readonly ServerView[]
  namespaces: readonly Named[]
  endpoints: readonly Named[]
}

/** What is opened when the address names nothing that is there. */
export function firstTarget({ servers, namespaces }: Targets): InspectorTarget | null {
  const namespace = namespaces.find(({ name }) => name === 'default') ?? namespaces[0]
  if (namespace) return { kind: 'namespace', id: namespace.id }
  const [server] = servers
  return server ? { kind: 'server', id: server.id } : null
}

export function nameOf(targets: Targets, { kind, id }: InspectorTarget): string | undefined {
  const lists = {
    server: targets.servers,
    namespace: targets.namespaces,
    endpoint: targets.endpoints,
  }
  return lists[kind].find((one) => one.id === id)?.name
}
