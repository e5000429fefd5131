import type { ServerPatch, ServerView } from '../../../../../shared/server.ts'

/**
 * A definition as people edit it. Of secrets `null` keeps what is stored, since it never comes back;
 * `bearerToken` is not there unless it changes, and `null` removes it.
 */
export type Config = Pick<
  ServerView,
  | 'name'
  | 'description'
  | 'type'
  | 'start'
  | 'idleMs'
  | 'startTimeoutMs'
  | 'isolation'
  | 'idleConnections'
  | 'maxConnections'
> & {
  command?: string
  args?: string[]
  cwd?: string | null
  env?: Record<string, string | null>
  url?: string
  headers?: Record<string, string | null>
  bearerToken?: string | null
  oauth?: {
    clientId?: string
    scope?: string
    clientMetadataUrl?: string
    clientSecret?: string | null
  }
}

export function configOf(server: ServerView): Config {
  const { name, description, type, start, idleMs, startTimeoutMs } = server
  const { isolation, idleConnections, maxConnections } = server
  const common = {
    ...{ name, description, type, start, idleMs, startTimeoutMs },
    ...{ isolation, idleConnections, maxConnections },
  }
  if (server.type === 'STDIO') {
    const { command = '', args = [], cwd = null, envNames = [] } = server
    return { ...common, command, args, cwd, env: kept(envNames) }
  }
  const { url = '', headerNames = [], oauth } = server
  const { hasClientSecret, ...client } = oauth ?? { hasClientSecret: false }
  return {
    ...{ ...common, url, headers: kept(headerNames) },
    ...(oauth && { oauth: { ...client, ...(hasClientSecret && { clientSecret: null }) } }),
  }
}

/** Only what differs; `null` for nothing. What is gone from `after` is taken away where it may be. */
export function patchOf(before: Config, after: Config): ServerPatch | null {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Config>
  const changed = [...fields].filter((field) => !isSame(before[field], after[field]))
  if (changed.length === 0) return null
  const patch = changed.map((field) => [field, after[field] ?? removed(field)])
  return Object.fromEntries(patch) as ServerPatch
}

/** A server without env or headers has none of them; others of its fields cannot be taken away. */
function removed(field: keyof Config): unknown {
  if (field === 'env' || field === 'headers') return {}
  if (field === 'args') return []
  return field === 'oauth' || field === 'cwd' || field === 'bearerToken' ? null : undefined
}

function kept(names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]))
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
