import { expect, test } from 'vitest'
import type { LoggedCall } from '../../../../shared/calls.ts'
import { foldCalls } from './fold-calls.ts'

const call = (id: number, fields: Partial<LoggedCall> = {}): LoggedCall => ({
  ...{ id, at: 0, endpoint: 'default', caller: 'anonymous', client: 'Cursor' },
  ...{ clientLabel: 'Cursor', clientVersion: null, server: 'github', method: 'tools/call' },
  ...{ name: 'say', ms: id, outcome: 'ok', error: null },
  ...{ argumentsSize: 2, resultSize: null, resultTokens: null },
  ...fields,
})

test('the same call again and again is one line, never across a change of outcome', () => {
  const failed = { outcome: 'tool-error', error: 'no' }
  const lines = foldCalls([call(6), call(5), call(4, failed), call(3), call(2, { name: 'x' })])
  expect(lines.map(({ ids }) => ids)).toEqual([[6, 5], [4], [3], [2]])
  expect(foldCalls([call(6), call(5)], false).map(({ ids }) => ids)).toEqual([[6], [5]])
  expect(lines[0]).toMatchObject({ last: { id: 6 }, fastestMs: 5, slowestMs: 6 })
})
