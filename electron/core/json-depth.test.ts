import { expect, test } from 'vitest'
import { isTooDeep, MAX_DEPTH, outlineOf } from './json-depth.ts'

const nested = (depth: number) => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)

test('a value may be so deep and no deeper, whatever its strings look like', () => {
  expect(isTooDeep(nested(MAX_DEPTH))).toBe(false)
  expect(isTooDeep(`[${nested(MAX_DEPTH)}]`)).toBe(true)
  const texts = ['[{'.repeat(MAX_DEPTH), '"['.repeat(MAX_DEPTH), '\\', '\\"[', '']
  expect(isTooDeep(JSON.stringify({ texts, more: texts }))).toBe(false)
  expect(isTooDeep(JSON.stringify(Array(MAX_DEPTH * 2).fill([])))).toBe(false)
})

test('an outline holds what is not nested, as it was', () => {
  const value = { id: 9, a: 'x", {"b": [', deep: { c: [{}] }, list: [1, [2]], last: true }
  expect(JSON.parse(outlineOf(JSON.stringify(value, null, 2)))).toEqual({
    ...{ id: 9, a: 'x", {"b": [', deep: null, list: null, last: true },
  })
  expect(outlineOf('{"a":{},"b":[]}')).toBe('{"a":null,"b":null}')
  for (const broken of ['{"a":', '{"a":[}', '{"a":{"b":1}', '"', '}', '']) {
    expect(() => JSON.parse(outlineOf(broken)) as unknown).toThrow(SyntaxError)
  }
})
