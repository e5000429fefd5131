import type { MetricsOptions, MetricsPage, ServerStarts, Standing } from './standing.ts'
import { Tally, type CountedCall } from './tally.ts'

/** What happens here as numbers, for Prometheus. */
export interface Metrics {
  /** On the path of a call. */
  called(call: CountedCall): void
  /** A connection to a server is being started, whoever it is for. */
  started(serverId: string): void
  /** One did not start, or broke. */
  failed(serverId: string): void
  /** In the text format of Prometheus. The first one loads what writes it. */
  page(standing: Standing): Promise<MetricsPage>
}

/** `missing`: connections that failed, and that none was started for since. */
type Known = ServerStarts & { missing: number }

export function openMetrics(options: MetricsOptions): Metrics {
  const tally = new Tally()
  const known = new Map<string, Known>()
  let writing: Promise<(standing: Standing) => Promise<MetricsPage>> | null = null

  function of(id: string): Known {
    const found = known.get(id) ?? { ...NEVER, missing: 0 }
    known.set(id, found)
    return found
  }

  async function load() {
    const { openPage } = await import('./page.ts')
    return openPage({ ...options, tally, startsOf: (id) => known.get(id) ?? NEVER })
  }

  return {
    called: (call) => tally.called(call),
    started(id) {
      const server = of(id)
      server.starts += 1
      if (server.missing === 0) return
      server.missing -= 1
      server.restarts += 1
    },
    failed(id) {
      of(id).missing += 1
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
