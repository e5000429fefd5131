import { openCalls, type Calls } from '../electron/core/calls/calls.ts'
import type { EndedCall } from '../electron/core/calls/note.ts'
import type { Database } from '../electron/core/db/open.ts'
import { openLog } from '../electron/core/log.ts'

const RUNS = 7
/** Calls that are written in a run, and at once. */
const WRITTEN = 20_000
const BATCH = 1_000

const CALL: EndedCall = {
  ...{ server: 'github', method: 'tools/call', name: 'github__search', at: Date.now(), ms: 12 },
  ...{ arguments: { query: 'x', limit: 10 }, error: null, wasCancelled: false, kept: null },
  result: { content: [{ type: 'text', text: 'x'.repeat(4_000) }], isError: false },
}
const VISIT = { endpoint: 'default', caller: 'api-key:k', client: { info: { name: 'cursor' } } }

/** What the path of a call is held up by, also while the database does not answer. */
export async function timeNotes(db: Database): Promise<void> {
  const stalled = openOver({ ...db, append: () => new Promise<never>(() => {}) })
  for (const [words, calls] of [
    ['noting a call', openOver(db)],
    ['noting one while the database is stalled', stalled],
  ] as const) {
    const times = Array.from({ length: 20_000 }, () => {
      const begun = performance.now()
      calls.called(VISIT, CALL)
      return performance.now() - begun
    }).sort((one, other) => one - other)
    const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0) * 1_000
    const line = `p50 ${at(0.5).toFixed(1)} µs, p99 ${at(0.99).toFixed(1)} µs`
    process.stdout.write(`${words.padEnd(42)} ${line}\n`)
    await calls.close()
  }
}

/** From the note to the row, in all threads: what a call costs that is logged. */
export async function timeWriting(db: Database): Promise<void> {
  let isWritten = Promise.withResolvers<void>()
  const append: Database['append'] = async (rows) => {
    await db.append(rows)
    isWritten.resolve()
  }
  const calls = openOver({ ...db, append })
  const costs: { all: number; here: number; second: number }[] = []
  for (let run = 0; run < RUNS; run++) {
    const begun = { all: process.cpuUsage(), here: process.threadCpuUsage(), at: performance.now() }
    for (let row = 0; row < WRITTEN; row += BATCH) {
      isWritten = Promise.withResolvers()
      for (let count = 0; count < BATCH; count++) calls.called(VISIT, { ...CALL, at: Date.now() })
      await isWritten.promise
    }
    const perRow = ({ user, system }: NodeJS.CpuUsage) => (user + system) / WRITTEN
    const all = perRow(process.cpuUsage(begun.all))
    const second = (WRITTEN * 1_000) / (performance.now() - begun.at)
    costs.push({ all, here: perRow(process.threadCpuUsage(begun.here)), second })
  }
  await calls.close()
  const middle = costs.sort((one, other) => one.all - other.all)[Math.floor(RUNS / 2)]
  if (!middle) return
  const { all, here, second } = middle
  const line = `${all.toFixed(1)} µs of all threads, ${here.toFixed(1)} of them of the one that relays`
  process.stdout.write(`${'writing a call'.padEnd(42)} ${line}; ${second.toFixed(0)} in a second\n`)
}

export function openOver(db: Pick<Database, 'read' | 'record' | 'append'>): Calls {
  return openCalls({
    ...{ db, log: openLog('silent'), onChange: () => undefined, labelOf: () => undefined },
    ownerOf: () => ({ ownerId: null, accountId: null }),
    bounds: () => ({ days: 3_650, rows: 1_000_000, bytes: 1e12 }),
  })
}
