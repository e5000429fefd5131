import type { CallFilters, LoggedCall } from '../../../../shared/calls.ts'
import type { useTRPCClient } from '../../trpc.ts'

const PAGE = 500
/** The newest ones; whoever wants more of them narrows the time. */
const MOST = 10_000

type Client = ReturnType<typeof useTRPCClient>
export type SaveFormat = 'csv' | 'jsonl'

/** Gives the person a file with the calls that fit; resolves with how many are in it. */
export async function saveCalls(
  client: Client,
  filters: CallFilters,
  format: SaveFormat,
): Promise<{ count: number; isAll: boolean }> {
  const calls: LoggedCall[] = []
  let isMore = true
  while (isMore && calls.length < MOST) {
    const before = calls.at(-1)?.id
    const asked = { limit: PAGE, filters, ...(before !== undefined && { before }) }
    const page = await client.calls.list.query(asked)
    calls.push(...page.calls)
    isMore = page.more
  }
  const day = new Date().toISOString().slice(0, 19).replaceAll(':', '')
  save(`metamcp-calls-${day}.${format}`, format === 'csv' ? csvOf(calls) : linesOf(calls))
  return { count: calls.length, isAll: !isMore }
}

function linesOf(calls: readonly LoggedCall[]): string {
  return calls
    .map(({ at, ...call }) => `${JSON.stringify({ at: new Date(at).toISOString(), ...call })}\n`)
    .join('')
}

const COLUMNS = [
  ...(['id', 'at', 'endpoint', 'client', 'clientVersion', 'caller', 'server'] as const),
  ...(['method', 'name', 'ms', 'outcome', 'error'] as const),
  ...(['argumentsSize', 'resultSize', 'resultTokens'] as const),
]

/** As of RFC 4180. */
export function csvOf(calls: readonly LoggedCall[]): string {
  const rows = calls.map((call) => {
    const row = { ...call, at: new Date(call.at).toISOString() }
    return COLUMNS.map((column) => cell(row[column])).join(',')
  })
  return [COLUMNS.join(','), ...rows].map((line) => `${line}\r\n`).join('')
}

/** What begins like a formula would be one in a spreadsheet, and anybody can name a tool like that. */
function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) && !/^-?\d+$/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
