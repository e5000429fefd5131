import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../db/open.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { lastTooMany, pruneSlice } from './call-rows.ts'

const DAY_MS = 24 * 60 * 60_000
/** So many rows go at a time: whoever else wants the database gets it in between. */
const SLICE = 1_000
const PAUSE_MS = 20
const EVERY_MS = 60_000

/** What is kept: neither older nor more than that, nor in more room. */
export type CallLogBounds = { days: number; rows: number; bytes: number }

export type RetentionOptions = {
  db: Pick<Database, 'record' | 'read'>
  log: Logger
  bounds: () => CallLogBounds
  /** In ms since 1970. */
  now: () => number
  onChange: () => void
  /** What else is to be looked after where calls were written. */
  afterwards: () => Promise<void>
}

/** Deletes what is old, and what is more than is to be kept. */
export interface Retention {
  /** Rows were written: looks, but not more often than once a minute. */
  later(): void
  /** Looks now; resolves when all is as it is to be. Never rejects. */
  tidy(): Promise<void>
  /** Waits for the slice that is being deleted, if any. */
  close(): Promise<void>
}

export function openRetention(options: RetentionOptions): Retention {
  const { db, log, bounds, now, onChange, afterwards } = options
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | null = null

  /** The bounds may be others than those that are being worked on. */
  let isDue = false

  async function work(): Promise<void> {
    while (isDue && !isClosed) {
      isDue = false
      const { days, ...room } = bounds()
      const upTo = await db.read((tx) => lastTooMany(tx, room))
      await clear({ upTo, since: new Date(now() - days * DAY_MS) })
      if (!isDue && !isClosed) await afterwards()
    }
  }
  async function clear(old: { upTo: number; since: Date }): Promise<void> {
    let isMore = true
    while (isMore && !isDue && !isClosed) {
      const count = await db.record((tx) => pruneSlice(tx, { ...old, limit: SLICE }))
      if (count > 0) onChange()
      isMore = count >= SLICE
      if (isMore) await pause(PAUSE_MS)
    }
  }
  const tidy = () => {
    clearTimeout(timer)
    timer = undefined
    isDue = true
    working ??= work()
      .catch((error: unknown) => {
        if (!isClosed) log.warn({ error: messageOf(error) }, 'the call log could not be tidied up')
      })
      .finally(() => (working = null))
    return working
  }
  return {
    tidy,
    later() {
      if (!isClosed) timer ??= setTimeout(() => void tidy(), EVERY_MS).unref()
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await working
    },
  }
}
