import { expect, test } from 'vitest'
import { deepFreeze } from '../shelf.ts'
import { jsonLength } from './json-length.ts'

test('is as long as the JSON, the first time and the second, frozen or not', () => {
  const tool = {
    name: 'résumé "x"',
    none: undefined,
    nothing: null,
    list: [1, undefined, { a: 'b\n' }],
    inputSchema: { type: 'object', properties: { a: { type: 'string' } } },
  }
  const { length } = JSON.stringify(tool)
  expect(jsonLength(tool)).toBe(length)
  tool.inputSchema.type = 'array or object'
  expect(jsonLength(tool)).toBe(length + 'array or '.length)
  const frozen = deepFreeze(structuredClone(tool))
  expect(jsonLength(frozen)).toBe(length + 'array or '.length)
  expect(jsonLength({ ...frozen })).toBe(length + 'array or '.length)
  expect(jsonLength({})).toBe(2)
})
