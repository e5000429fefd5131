import { expect, test } from 'vitest'
import { writtenOf } from './http/written.ts'
import { writeOnce } from './written-once.ts'

const tools = [{ name: 'a', description: 'ü "quoted" \u2028' }, { name: 'b' }]

test.each([
  { jsonrpc: '2.0', id: 1, result: { tools } },
  {
    jsonrpc: '2.0',
    id: '"',
    result: { nextCursor: 'x', tools, _meta: { a: [1] }, none: undefined },
  },
  { jsonrpc: '2.0', id: 2, result: {} },
  { jsonrpc: '2.0', id: 3, error: { code: 1, message: 'no' } },
])('what was written once is part of the same JSON as ever: %j', (message) => {
  const plain = JSON.parse(JSON.stringify(message)) as unknown
  writeOnce(tools)
  expect(JSON.parse(writtenOf(message) ?? '')).toEqual(plain)
  expect(JSON.parse(writtenOf(message) ?? '')).toEqual(plain)
})

test('it is made into JSON once, however often it is written', () => {
  let count = 0
  const counted = writeOnce([{ toJSON: () => ++count }])
  for (let id = 0; id < 5; id++) writtenOf({ jsonrpc: '2.0', id, result: { tools: counted } })
  expect(count).toBe(1)
})
