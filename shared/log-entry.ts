import { z } from 'zod'

/** From quiet to loud; `stderr` is what a server's process prints, whose weight nobody knows. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'stderr'] as const
export type LogEntryLevel = (typeof LOG_LEVELS)[number]

/** How many entries are kept, and shown. */
export const LOG_CAPACITY = 10_000

/** One line of the log, ours or a server's, without secrets. */
export type LogEntry = {
  /** Rises by at least one, also over a restart. */
  seq: number
  /** Milliseconds since 1970. */
  at: number
  level: LogEntryLevel
  /** Who says it: we, or the server. */
  source: 'metamcp' | 'server'
  /** The server that it is about; `id` is null when it is none that is there now. */
  server: { id: string | null; name: string } | null
  text: string
  /** What else is known; never what a client or a server sent. */
  facts: Record<string, unknown> | null
}

export const logFilter = z.strictObject({
  /** Ids of servers; entries of ours about one of them count, too. */
  servers: z.array(z.string()).max(1_000).optional(),
  levels: z.array(z.enum(LOG_LEVELS)).optional(),
  /** Part of the text or the server's name, in any case. */
  text: z.string().max(1_000).optional(),
})
export type LogFilter = z.infer<typeof logFilter>

/** One line as it is copied and saved: local time, who, level, text, facts. */
export function logLine({ at, server, level, text, facts }: LogEntry): string {
  const words = [logTime(at), server?.name ?? 'metamcp', level, text]
  return [...words, ...(facts ? [JSON.stringify(facts)] : [])].join(' ')
}

/** `2026-11-23 10:42:07.114`, in the time zone of where it runs. */
function logTime(at: number): string {
  const date = new Date(at)
  const local = new Date(at - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, -1).replace('T', ' ')
}
