import { sql } from 'drizzle-orm'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CallFilters } from '../shared/calls.ts'
import {
  farCalls,
  readCalls,
  summarize,
  wanted,
  type CallReader,
} from '../electron/core/calls/call-rows.ts'
import { openKnownNames } from '../electron/core/calls/known-names.ts'
import { openDatabase, type Database } from '../electron/core/db/open.ts'
import { openLog } from '../electron/core/log.ts'
import { openOver, timeNotes, timeWriting } from './calls-writing.ts'

/** What a person may wait for the newest page, in ms. */
const LIMIT_MS = 50
const ROWS = 100_000
const RUNS = 7
const PAGE = 100
/** As the process has them, which searches now and then. */
const names = openKnownNames()
const HOUR_MS = 60 * 60_000

/**
 * How long the call log takes to answer with 100,000 rows in it, and what noting a call costs on its
 * path, also while the database does not answer. Prints the fastest of some runs for pages with two
 * filters, medians for the rest; returns the exit code, 1 when such a page takes longer than its limit.
 */
export async function benchCalls(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'metamcp-bench-calls-'))
  try {
    await using db = await openBenchDatabase(dataDir)
    await fill(db)
    const pages = await timePages(db)
    await timeOthers(db)
    await timeNotes(db)
    await timeWriting(db)
    return pages <= LIMIT_MS ? 0 : 1
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function openBenchDatabase(dataDir: string) {
  const migrationsDir = resolve(import.meta.dirname, '../resources/migrations')
  const log = openLog('silent')
  const db = await openDatabase({ dataDir, migrationsDir, templateFile: null, log })
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.close() })
}

/** Thirty servers, eight clients, four endpoints; three calls in a hundred fail. */
async function fill(db: Database): Promise<void> {
  await db.record(async (tx) => {
    await tx.execute(sql`
      insert into call_log (at, endpoint, caller, client, client_version, server, method, name,
        duration_ms, outcome, error, owner_id, account_id, arguments_size, result_size,
        result_tokens)
      select now() - (${ROWS} - n) * interval '20 seconds',
        (array['default', 'work', 'home.h1234567', 'lab'])[1 + n % 4], 'api-key:k' || n % 9,
        'client-' || (n * 7) % 8, '1.0', 'server-' || (n * 13) % 30, 'tools/call',
        'server-' || (n * 13) % 30 || '__tool_' || n % 40, 5 + (n * 37) % 900,
        case when n % 50 = 0 then 'tool-error' when n % 100 = 7 then '-32603' else 'ok' end,
        case when n % 50 = 0 or n % 100 = 7 then 'it went wrong for reason ' || n end,
        case when n % 4 = 2 then 'ben' end, case when n % 4 = 2 then 'ben' end,
        80, 2000, 500
      from generate_series(1, ${ROWS}) n`)
    // As the database does by itself, once in a while, and the call log does.
    await tx.execute(sql`analyze call_log`)
    await summarize(tx)
  })
}

const MEMBER: CallReader = { accountId: 'ben', handle: 'h1234567', isAdmin: false }
const ADMIN: CallReader = { accountId: 'ada', handle: 'h7654321', isAdmin: true }

/** Of each filter some values: of much, of little, long ago, and of nothing. */
const VALUES: Record<string, CallFilters[]> = {
  server: [{ server: 'server-10' }, { server: 'none' }],
  endpoint: [{ endpoint: 'work' }, { endpoint: 'none' }],
  client: [{ client: 'client-3' }, { client: '' }],
  outcome: ['failed', 'ok', '-32603', 'cancelled'].map((outcome) => ({ outcome })),
  name: [{ name: 'server-10__tool_20' }, { name: 'none' }],
  text: ['wrong for reason 50', 'SERVER-7', 'client-3', 'nowhere'].map((text) => ({ text })),
  time: [
    { since: Date.now() - 24 * HOUR_MS },
    { until: Date.now() - 20 * 24 * HOUR_MS },
    { since: Date.now() - 20 * 24 * HOUR_MS, until: Date.now() - 19 * 24 * HOUR_MS },
  ],
}

const READERS = { everything: null, 'a member': MEMBER, 'an administrator': ADMIN }

/** Each pair of filters, with each pair of their values. */
function* pairs() {
  const kinds = Object.keys(VALUES)
  for (const [at, one] of kinds.entries()) {
    for (const other of kinds.slice(at + 1)) {
      const all = (VALUES[one] ?? []).flatMap((first) =>
        (VALUES[other] ?? []).map((second) => ({ ...first, ...second })),
      )
      yield { words: `${one} and ${other}`, all }
    }
  }
}

/** The slowest of each pair; the slowest of all. */
async function timePages(db: Database): Promise<number> {
  let slowest = 0
  for (const [who, reader] of Object.entries(READERS)) {
    for (const { words, all } of pairs()) {
      const times: { ms: number; filters: CallFilters; rows: number }[] = []
      for (const filters of all) {
        const query = { limit: PAGE, filters, reader }
        const { length: rows } = await db.read((tx) => readCalls(tx, query, names))
        times.push({
          ms: await fastest(() => db.read((tx) => readCalls(tx, query, names))),
          filters,
          rows,
        })
      }
      const [worst] = times.sort((one, other) => other.ms - one.ms)
      if (!worst) continue
      slowest = Math.max(slowest, worst.ms)
      const values = Object.values(worst.filters).join(', ')
      const more = `${Math.min(worst.rows, PAGE)} rows of ${values}; ${await indexOf(db, worst.filters)}`
      say(`${words}, for ${who}`, worst.ms, more)
    }
  }
  process.stdout.write(`slowest page ${slowest.toFixed(1)} ms of ${LIMIT_MS}\n`)
  return slowest
}

/** What serves such a page where it is not among the newest: the plan's own words. */
async function indexOf(db: Database, filters: CallFilters): Promise<string> {
  const { rows } = await db.read(async (tx) => {
    const fitting = await wanted(tx, { filters, reader: null }, names)
    const query = farCalls(tx, { before: ROWS, after: 0, limit: PAGE, fitting })
    return tx.execute<{ 'QUERY PLAN': string }>(sql`explain ${query.getSQL()}`)
  })
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  return [...new Set(plan.match(/call_log_[a-oq-z]\w+|Seq Scan/g) ?? [])].join(' and ')
}

async function timeOthers(db: Database): Promise<void> {
  const calls = openOver(db)
  const all = { filters: {}, reader: null }
  const until = Date.now()
  const day = { since: until - 24 * HOUR_MS, until, buckets: 60, ...all }
  say('the newest page', await median(() => calls.list({ limit: PAGE, ...all })))
  const text = { limit: PAGE, reader: null, filters: { text: 'no such text' } }
  say('a text that is nowhere', await median(() => calls.list(text)))
  say('statistics of all tools', await median(() => calls.stats({ by: 'tool', ...all })))
  say('the chart of a day', await median(() => calls.pace(day)))
  say('what one may filter by', await median(() => calls.choices(null)))
  await calls.close()
}

/**
 * The least of some runs, in ms: by the clock, or what the processors did where others on the same
 * machine held that up.
 */
async function fastest(work: () => Promise<unknown>): Promise<number> {
  let least = Infinity
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now()
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, performance.now() - begun, (user + system) / 1_000)
  }
  return least
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let warmUp = 0; warmUp < 3; warmUp++) await work()
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now()
    await work()
    times.push(performance.now() - begun)
  }
  return times.sort((one, other) => one - other)[Math.floor(RUNS / 2)] ?? Infinity
}

function say(words: string, ms: number, more = ''): void {
  process.stdout.write(`${words.padEnd(42)} ${ms.toFixed(1).padStart(7)} ms  ${more}\n`)
}
