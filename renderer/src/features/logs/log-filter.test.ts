import { expect, test } from 'vitest'
import type { LogEntry } from '../../../../shared/log-entry.ts'
import { logTest, OURSELVES } from './log-filter.ts'

const entry = (fields: Partial<LogEntry>): LogEntry => ({
  ...{ seq: 1, at: 0, level: 'info', source: 'server', server: null, text: '', facts: null },
  ...fields,
})
const github = { id: 'g', name: 'github' }
const all = { text: '', servers: null, levels: null }

const ENTRIES = [
  entry({ text: 'GET /search 200', server: github }),
  entry({
    text: 'sh: npx: command not found',
    level: 'stderr',
    server: { id: 's', name: 'stripe' },
  }),
  entry({ text: 'a server failed', level: 'warn', source: 'metamcp', server: github }),
  entry({ text: 'wrote a file', source: 'metamcp', facts: { file: '/home/ada/.cursor/mcp.json' } }),
]

const found = (view: Partial<Parameters<typeof logTest>[0]>) => {
  const { test: passes } = logTest({ ...all, ...view })
  return ENTRIES.flatMap((one, index) => (passes(one) ? [index] : []))
}

test('a text is looked for in any case, in the name of the server and in the facts, too', () => {
  expect(found({})).toEqual([0, 1, 2, 3])
  expect(found({ text: ' NPX' })).toEqual([1])
  expect(found({ text: 'github' })).toEqual([0, 2])
  expect(found({ text: '.cursor' })).toEqual([3])
})

test('between slashes it is a pattern; half a pattern filters nothing and says so', () => {
  expect(found({ text: '/[0-9]{3}$/' })).toEqual([0])
  expect(found({ text: '/[0-/' })).toEqual([0, 1, 2, 3])
  expect(logTest({ ...all, text: '/[0-/' }).isBroken).toBe(true)
  expect(logTest({ ...all, text: '/x' }).isBroken).toBe(false)
})

test('what we say about a server is of that server, and ours as well', () => {
  expect(found({ servers: ['g'] })).toEqual([0, 2])
  expect(found({ servers: [OURSELVES] })).toEqual([2, 3])
  expect(found({ servers: ['s', OURSELVES], levels: ['stderr', 'warn'] })).toEqual([1, 2])
  expect(found({ levels: [] })).toEqual([])
})
