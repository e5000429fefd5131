import { expect, test } from 'vitest'
import type { RecentCall, SeenClient } from '../../../../shared/activity.ts'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { bucketsOf } from './buckets.ts'
import { shownClients } from './clients-seen.ts'
import { foldCalls } from './fold-calls.ts'

const call = (seq: number, fields: Partial<RecentCall> = {}): RecentCall => ({
  ...{ seq, at: seq, client: 'Cursor', clientId: 'cursor', endpoint: 'default', server: 'github' },
  ...{ name: 'search', ms: seq, outcome: 'ok', code: null, error: null, ...fields },
})

test('the same call again and again is one line, a failure another', () => {
  const failed = { outcome: 'error', error: 'gone' } as const
  const calls = [call(9), call(8), call(7, failed), call(6), call(5, { name: 'read' }), call(4)]
  const lines = foldCalls(calls, 4).map(({ last, count, fastestMs, slowestMs }) => {
    return [last.seq, count, fastestMs, slowestMs]
  })
  expect(lines).toEqual([
    [9, 2, 8, 9],
    [7, 1, 7, 7],
    [6, 1, 6, 6],
    [5, 1, 5, 5],
  ])
  expect(foldCalls([call(2), call(1)], 1)).toMatchObject([{ count: 2 }])
  expect(foldCalls([], 5)).toEqual([])
})

test('a day fits beside itself, and no call is lost', () => {
  const minutes = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ at, calls: 2, failed: at === count - 1 ? 1 : 0 }))
  expect(bucketsOf(minutes(30))).toMatchObject({ width: 1, buckets: { length: 30 } })
  for (const count of [1, 59, 61, 180, 1440]) {
    const { buckets, width } = bucketsOf(minutes(count))
    expect(buckets.length).toBeLessThanOrEqual(60)
    expect(buckets.length * width).toBeGreaterThanOrEqual(count)
    const sum = buckets.reduce((all, { ok, failed }) => all + ok + failed, 0)
    expect(sum).toBe(2 * count)
    expect(buckets.at(-1)?.failed).toBe(1)
    expect(buckets[0]?.at).toBe(0)
  }
})

test('a client is shown once, who is set up and was never seen after those that were', () => {
  const now = Date.parse('2026-01-01T12:00:00.000Z')
  const seen = (fields: Partial<SeenClient>): SeenClient => ({
    ...{ id: '', name: '', version: null, lastSeenAt: '2026-01-01T09:00:00.000Z', calls: 2 },
    ...{ endpoint: 'default', sessions: 0, tools: null, toolsReadAt: null, ...fields },
  })
  const known = (id: string, name: string, state: string) => ({ id, name, state }) as AiClientView
  const shown = shownClients(
    [
      seen({ id: 'claude-ai', name: 'Claude Desktop' }),
      seen({
        ...{ id: 'cursor', name: 'Cursor', lastSeenAt: '2026-01-01T11:00:00.000Z' },
        ...{ sessions: 1, tools: 44 },
      }),
      seen({ id: 'cursor-vscode', name: 'Cursor', lastSeenAt: '2026-01-01T10:00:00.000Z' }),
      seen({ id: 'probe', name: 'probe', lastSeenAt: '2026-01-01T11:59:30.000Z' }),
    ],
    [known('code', 'VS Code', 'configured'), known('cursor', 'Cursor', 'configured')],
    now,
  )
  expect(
    shown.map(({ name, isHere, calls, tools, clientId }) => {
      return [name, isHere, calls, tools, clientId]
    }),
  ).toEqual([
    ['probe', true, 2, null, null],
    ['Cursor', true, 4, 44, 'cursor'],
    ['Claude Desktop', false, 2, null, null],
    ['VS Code', false, 0, null, 'code'],
  ])
  expect(shown.at(-1)?.seenAt).toBeNull()
})
