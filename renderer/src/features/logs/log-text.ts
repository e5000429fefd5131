import { logLine, type LogEntry } from '../../../../shared/log-entry.ts'

const clock = new Intl.DateTimeFormat('en-GB', {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  fractionalSecondDigits: 3,
})

/** `10:42:07.114`, the same in all languages: it is compared with other logs. */
export function clockTime(at: number): string {
  return clock.format(at)
}

export function linesOf(entries: readonly LogEntry[]): string {
  return entries.map((entry) => `${logLine(entry)}\n`).join('')
}

/** Gives the person a file with these lines. */
export function saveLines(entries: readonly LogEntry[]): void {
  const url = URL.createObjectURL(new Blob([linesOf(entries)], { type: 'text/plain' }))
  const day = new Date().toISOString().slice(0, 19).replaceAll(':', '')
  const link = document.createElement('a')
  link.href = url
  link.download = `metamcp-${day}.log`
  link.click()
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
