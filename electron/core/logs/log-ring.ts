import { LOG_CAPACITY, type LogEntry, type LogFilter } from '../../../shared/log-entry.ts'

export type NewEntry = Omit<LogEntry, 'seq' | 'at'>

/** The newest entries, in memory. */
export interface LogRing {
  push(entry: NewEntry): void
  /** Those after `after` that pass the filter and may be read, oldest first. */
  list(options?: {
    after?: number | undefined
    filter?: LogFilter | undefined
    may?: ((entry: LogEntry) => boolean) | undefined
  }): LogEntry[]
  /** The number of the newest entry; everything that comes has a higher one. */
  readonly lastSeq: number
  /** Told after each entry. Returns an idempotent unsubscribe. */
  onPush(listener: () => void): () => void
}

/** Numbers begin with the time, so that who was told one before a restart never misses anything. */
export function openLogRing(capacity = LOG_CAPACITY): LogRing {
  const entries: LogEntry[] = []
  const listeners = new Set<() => void>()
  let seq = Date.now() * 1_000
  /** Where the oldest is, once it is full. */
  let start = 0

  /** How many of the newest come after `after`: numbers have no gaps. */
  const countAfter = (after: number) => Math.max(0, Math.min(entries.length, seq - after))
  return {
    get lastSeq() {
      return seq
    },
    push(entry) {
      const numbered = { seq: ++seq, at: Date.now(), ...entry }
      if (entries.length < capacity) entries.push(numbered)
      else {
        entries[start] = numbered
        start = (start + 1) % capacity
      }
      for (const listener of listeners) listener()
    },
    list({ after = 0, filter = {}, may = () => true } = {}) {
      const count = countAfter(after)
      const first = start + entries.length - count
      const found = Array.from({ length: count }, (_, index) => {
        return entries[(first + index) % entries.length]
      }).filter((entry): entry is LogEntry => entry !== undefined && may(entry))
      return Object.keys(filter).length === 0 ? found : found.filter(passes(filter))
    },
    onPush(listener) {
      const own = () => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}

function passes({ servers, levels, text }: LogFilter): (entry: LogEntry) => boolean {
  const ids = servers && new Set<string | null>(servers)
  const wanted = levels && new Set(levels)
  const part = text?.toLowerCase()
  return (entry) => {
    if (wanted && !wanted.has(entry.level)) return false
    if (ids && !ids.has(entry.server?.id ?? null)) return false
    if (part === undefined || part === '') return true
    return `${entry.server?.name ?? ''} ${entry.text}`.toLowerCase().includes(part)
  }
}
