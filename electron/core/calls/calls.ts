import { getTableName } from 'drizzle-orm'
import type {
  CallBucket,
  CallChoices,
  CallFilters,
  CallsHealth,
  CallsPage,
  CallStats,
  CallStatsBy,
  LoggedCallDetail,
} from '../../../shared/calls.ts'
import type { Database } from '../db/open.ts'
import { callLog } from '../db/schema.ts'
import type { Logger } from '../log.ts'
import { openPace } from '../pace.ts'
import { openCallQueue } from './call-queue.ts'
import {
  clearSlice,
  readCall,
  readCalls,
  summarize,
  type CallReader,
  type CallsQuery,
} from './call-rows.ts'
import { openKnownNames, type KnownNames } from './known-names.ts'
import { newestId } from './newest.ts'
import { readChoices, readPace, readStats } from './call-stats.ts'
import { noteOf, rowOf, weightOf, type CallOwner, type CallVisit, type EndedCall } from './note.ts'
import { openRetention, type CallLogBounds } from './retention.ts'

const EVERY_MS = 1_000
const AT_ROWS = 1_000
const MAX_ROWS = 10_000
const MAX_BYTES = 32 * 1024 * 1024
const TOLD_EVERY_MS = 1_000
const FLUSH_MS = 1_500
const SLICE = 1_000

type Asked = { filters: CallFilters; reader: CallReader | null }

/** Every call that is over, in the database: told on the path of the calls, written off it. */
export interface Calls {
  /** Neither waits nor throws. What the database cannot take is dropped, and counted. */
  called(visit: CallVisit, call: EndedCall): void
  /** These read what is written: a second later than it was told, while the database keeps up. */
  list(query: CallsQuery): Promise<CallsPage>
  get(id: number, reader: CallReader | null): Promise<LoggedCallDetail | undefined>
  stats(asked: Asked & { by: CallStatsBy }): Promise<CallStats[]>
  pace(asked: Asked & { since: number; until: number; buckets: number }): Promise<CallBucket[]>
  choices(reader: CallReader | null): Promise<CallChoices>
  health(): CallsHealth
  /** Deletes all that may be read; resolves with how many. */
  clear(reader: CallReader | null): Promise<number>
  /** Deletes what is not to be kept any more. */
  tidy(): Promise<void>
  /** Writes what waits, for at most 1.5 s. Idempotent. */
  close(): Promise<void>
}

export type CallsOptions = {
  db: Pick<Database, 'append' | 'record' | 'read'>
  log: Logger
  /** There are other calls now, or fewer than there were; told at most once a second. */
  onChange: () => void
  ownerOf: (visit: Pick<CallVisit, 'endpoint' | 'caller'>) => CallOwner
  bounds: () => CallLogBounds
  /** What people call a program, by the name it gives itself, in lower case. */
  labelOf: (id: string) => string | undefined
  /** In ms since 1970. */
  now?: (() => number) | undefined
  /** The longest that a call waits to be written, in milliseconds. */
  everyMs?: number | undefined
  maxRows?: number
}

export function openCalls(options: CallsOptions): Calls {
  const { db, log, onChange, ownerOf, bounds, labelOf, now = Date.now } = options
  const telling = openPace(TOLD_EVERY_MS, onChange)
  const names = openKnownNames()
  const retention = openRetention({
    ...{ db, log, bounds, now, onChange: telling.soon },
    async afterwards() {
      await db.read((tx) => names.refresh(tx))
      await db.record(summarize)
    },
  })
  const queue = openCallQueue({
    ...{ rowOf, everyMs: options.everyMs ?? EVERY_MS, atRows: AT_ROWS },
    ...{ maxRows: options.maxRows ?? MAX_ROWS, maxBytes: MAX_BYTES },
    async write(rows) {
      await db.append({ table: getTableName(callLog), rows })
      retention.later()
    },
    onChange: telling.soon,
    onTrouble: (error) => log.warn({ error }, 'the call log lacks calls'),
  })
  // What has grown old while nothing ran, or nobody called.
  retention.later()

  return {
    called({ endpoint, caller, client }, call) {
      // Not the visit itself, to which a whole session may hang.
      const visit = { endpoint, caller, client: { info: client.info } }
      const note = noteOf(visit, call, ownerOf(visit))
      queue.push(note, weightOf(note))
    },
    ...readingOf(db, names, labelOf),
    health: () => queue.health(),
    async clear(reader) {
      await queue.flush()
      const upTo = await db.read(newestId)
      let cleared = 0
      for (let count = SLICE; count === SLICE; cleared += count) {
        count = await db.record((tx) => clearSlice(tx, { upTo, limit: SLICE, reader }))
      }
      telling.soon()
      return cleared
    },
    tidy: () => retention.tidy(),
    async close() {
      await queue.close(FLUSH_MS)
      await retention.close()
      telling.stop()
    },
  }
}

type Reading = Pick<Calls, 'list' | 'get' | 'stats' | 'pace' | 'choices'>

function readingOf(
  db: Pick<Database, 'read'>,
  names: KnownNames,
  labelOf: CallsOptions['labelOf'],
): Reading {
  const labelled = (client: string) => labelOf(client.toLowerCase()) ?? client
  const named = <T extends { client: string | null }>(row: T) => ({
    ...row,
    clientLabel: row.client === null ? null : labelled(row.client),
  })
  return {
    async list(query) {
      const found = await db.read((tx) => readCalls(tx, query, names))
      const calls = found.slice(0, query.limit).map(named)
      return { calls, more: found.length > query.limit }
    },
    async get(id, reader) {
      const row = await db.read((tx) => readCall(tx, id, reader))
      return row && named(row)
    },
    async stats(asked) {
      const rows = await db.read((tx) => readStats(tx, asked, names))
      const label = (key: string | null) =>
        asked.by === 'client' && key !== null ? labelled(key) : key
      return rows.map((row) => ({ ...row, label: label(row.key) }))
    },
    pace: (asked) => db.read((tx) => readPace(tx, asked, names)),
    async choices(reader) {
      const { clients, ...choices } = await db.read((tx) => readChoices(tx, reader))
      return { ...choices, clients: clients.map((key) => ({ key, label: labelled(key) })) }
    },
  }
}
