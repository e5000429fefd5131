import { expect } from 'vitest'
import type { CallFilters } from '../../../shared/calls.ts'
import { openCalls, type CallsOptions } from '../calls/calls.ts'
import type { CallVisit, EndedCall } from '../calls/note.ts'
import { openLogLines } from './log-lines.ts'

export const NOBODYS = { ownerId: null, accountId: null }
const QUICK_MS = 5

/** A call log over a database, with what it says to the program's log. */
export function openTempCalls(db: CallsOptions['db'], fields: Partial<CallsOptions> = {}) {
  const { log, lines } = openLogLines()
  const calls = openCalls({
    ...{ db, log, onChange: () => undefined, ownerOf: () => NOBODYS, everyMs: QUICK_MS },
    bounds: () => ({ days: 30, rows: 100_000, bytes: 500_000_000 }),
    labelOf: (id) => (id === 'cursor-vscode' ? 'Cursor' : undefined),
    ...fields,
  })
  /** What is written, once that is so many. */
  const listed = async (count: number, filters: CallFilters = {}) => {
    const written = () => calls.health().written
    await expect.poll(written, { timeout: 5_000 }).toBeGreaterThanOrEqual(count)
    return (await calls.list({ limit: 500, filters, reader: null })).calls
  }
  return { calls, listed, lines }
}

export function visitOf(fields: Partial<CallVisit> = {}): CallVisit {
  return {
    ...{ endpoint: 'default', caller: 'api-key:k1' },
    client: { info: { name: 'cursor-vscode', version: '1.2' } },
    ...fields,
  }
}

export function callOf(fields: Partial<EndedCall> = {}): EndedCall {
  return {
    ...{ server: 'github', method: 'tools/call', name: 'github__search', at: Date.now() },
    ...{ ms: 12.34567, arguments: { q: 'x' }, result: { content: [] }, error: null },
    ...{ wasCancelled: false, kept: null, ...fields },
  }
}
