import { pino } from 'pino'

/** Structured logging; the first argument holds the facts, the second the sentence. */
export interface Logger {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  child(facts: object): Logger
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** JSON lines on stderr, written asynchronously: stdout belongs to what a person or script reads. */
export function openLog(level: LogLevel): Logger {
  const destination = pino.destination({ fd: 2, sync: false })
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}
