import type { InspectorTarget, RunEvent } from '../../../shared/inspector.ts'
import type { TempCore } from './temp-core.ts'

type Kind = RunEvent['kind']
type Of<K extends Kind> = Extract<RunEvent, { kind: K }>

type CallOptions = { args?: object; timeoutMs?: number; logLevel?: 'debug' }

/** A person at the inspector, by the management API without a network. */
export function openPerson(core: TempCore, kind: 'local' | 'admin' = 'local') {
  const api = (signal?: AbortSignal) =>
    core.router.createCaller({ caller: { kind } }, { ...(signal && { signal }) })

  /** `options` may hold the tool's arguments, and how to run it. */
  async function call(target: InspectorTarget, name: string, options: CallOptions = {}) {
    const { args = {}, ...others } = options
    const params = JSON.stringify({ name, arguments: args })
    const input = { target, method: 'tools/call' as const, params, ...others }
    const { runId } = await api().inspector.start(input)
    return watch(runId)
  }

  /** Reads the events of a run, and keeps them. */
  async function watch(runId: string) {
    const leaving = new AbortController()
    const iterator = (await api(leaving.signal).inspector.events({ runId }))[Symbol.asyncIterator]()
    const seen: RunEvent[] = []
    return {
      runId,
      seen,
      /** Resolves with the next event of this kind; rejects when the run ends before. */
      async until<K extends Kind>(kind: K): Promise<Of<K>> {
        for (;;) {
          const next = await iterator.next()
          if (next.done) throw new Error(`no ${kind} in ${JSON.stringify(seen)}`)
          seen.push(next.value)
          if (next.value.kind === kind) return next.value as Of<K>
        }
      },
      leave: async () => {
        leaving.abort()
        await iterator.return?.(undefined)
      },
    }
  }

  return { api, call, watch }
}

/** The target of that name. */
export async function targetOf(
  core: TempCore,
  kind: InspectorTarget['kind'],
  name: string,
): Promise<InspectorTarget> {
  const { servers, namespaces, endpoints } = core.admin
  const lists = { server: servers, namespace: namespaces, endpoint: endpoints }
  const all: readonly { id: string; name: string }[] = await lists[kind].list.query()
  const found = all.find((one) => one.name === name)
  if (!found) throw new Error(`There is no ${kind} called ${name}.`)
  return { kind, id: found.id }
}
