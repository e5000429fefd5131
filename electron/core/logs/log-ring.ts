import { LOG_CAPACITY, type LogEntry, type LogFilter } from '../../../shared/log-entry.ts'
import { openFairRing } from '../fair-ring.ts'

export type NewEntry = Omit<LogEntry, 'seq' | 'at'>

/** The newest entries, in memory. */
export interface LogRing {
  /** `share`: whose it is; none pushes out what is others'. */
  push(entry: NewEntry, share?: string): void
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
  const entries = openFairRing<LogEntry>(capacity)
  const listeners = new Set<() => void>()
  let seq = Date.now() * 1_000

  return {
    get lastSeq() {
      return seq
    },
    push(entry, share = '') {
      entries.push({ seq: ++seq, at: Date.now(), ...entry }, share)
      for (const listener of listeners) listener()
    },
    list({ after = 0, filter = {}, may = () => true } = {}) {
      const found = entries.after(after).filter(may)
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
