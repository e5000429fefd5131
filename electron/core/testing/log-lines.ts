import type { Logger } from '../log.ts'

type LogLine = { level: string; facts: object; message: string }

/** A log whose lines, of all levels and all parts of a core, a test reads. */
export function openLogLines(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = []
  const write = (level: string) => (facts: object, message: string) =>
    void lines.push({ level, facts, message })
  const log: Logger = {
    ...{ debug: write('debug'), info: write('info') },
    ...{ warn: write('warn'), error: write('error') },
    child: () => log,
  }
  return { log, lines }
}
