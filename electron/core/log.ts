import { pino, type DestinationStream } from 'pino'
import { showableFacts, showableText } from './showable.ts'

/** Structured logging; the first argument holds the facts, the second the sentence. */
export interface Logger {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  child(facts: object): Logger
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Longer than a person reads in the window: whoever collects lines looks for what it was. */
const LONGEST_TEXT = 4_000

/** Of lines that nobody reads from the pipe: what is more is lost, rather than the process. */
const MOST_WAITING_BYTES = 4 << 20

type LogOptions = {
  /** What this process is called among those on one database, in each line. */
  replica?: string | null | undefined
  destination?: DestinationStream
}

/**
 * JSON lines on stderr, written asynchronously: stdout belongs to what a person or script reads.
 * What looks like a secret, or is called like one, is in none of them, nor what clients sent.
 */
export function openLog(level: LogLevel, { replica, destination }: LogOptions = {}): Logger {
  const base = replica ? { replica } : null
  const options = { level, base, timestamp: pino.stdTimeFunctions.isoTime }
  const toStderr = { fd: 2, sync: false, maxLength: MOST_WAITING_BYTES }
  return withoutSecrets(pino(options, destination ?? pino.destination(toStderr)))
}

function withoutSecrets(log: pino.Logger): Logger {
  const show = (facts: object) => showableFacts(facts, LONGEST_TEXT) ?? {}
  const write = (level: Exclude<LogLevel, 'silent'>) => (facts: object, message: string) => {
    if (log.isLevelEnabled(level)) log[level](show(facts), showableText(message, LONGEST_TEXT))
  }
  return {
    ...{ debug: write('debug'), info: write('info') },
    ...{ warn: write('warn'), error: write('error') },
    child: (facts) => withoutSecrets(log.child(show(facts))),
  }
}
