import type { ServerState } from '../../../shared/server.ts'
import type { MetricsOptions, MetricsPage, ServerStarts, Standing } from './standing.ts'
import { Tally, type CountedCall } from './tally.ts'

/** What happens here as numbers, for Prometheus. */
export interface Metrics {
  /** On the path of a call. */
  called(call: CountedCall): void
  /** The state of a server's shared connection, whenever that may be another. */
  moved(serverId: string, state: ServerState): void
  /** In the text format of Prometheus. The first one loads what writes it. */
  page(standing: Standing): Promise<MetricsPage>
}

type Known = ServerStarts & { state: ServerState }

export function openMetrics(options: MetricsOptions): Metrics {
  const tally = new Tally()
  const known = new Map<string, Known>()
  let writing: Promise<(standing: Standing) => Promise<MetricsPage>> | null = null

  async function load() {
    const { openPage } = await import('./page.ts')
    return openPage({ ...options, tally, startsOf: (id) => known.get(id) ?? NEVER })
  }

  return {
    called: (call) => tally.called(call),
    moved(id, state) {
      const { starts, restarts, state: before } = known.get(id) ?? { ...NEVER, state: 'stopped' }
      const isStart = state === 'starting' && before !== 'starting'
      known.set(id, {
        ...{ state, starts: starts + (isStart ? 1 : 0) },
        restarts: restarts + (isStart && before === 'failed' ? 1 : 0),
      })
    },
    async page(standing) {
      const ids = new Set(standing.servers.map(({ id }) => id))
      for (const id of [...known.keys()].filter((one) => !ids.has(one))) known.delete(id)
      writing ??= load()
      return (await writing)(standing)
    },
  }
}

const NEVER: ServerStarts = { starts: 0, restarts: 0 }
