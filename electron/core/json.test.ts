import { expect, test } from 'vitest'
import { isRequestId } from './json-rpc.ts'
import { isRawJson, parseJson } from './json.ts'

const kept = [
  '9007199254740993123',
  '-9007199254740993',
  '0.1234567890123456789',
  '1e400',
  '{"a":[18446744073709551615,{"b":1.00000000000000000001}],"c":9007199254740993}',
]

test.each(kept)('%s is written as it was read', (text) => {
  expect(JSON.stringify(parseJson(text))).toBe(text)
  expect(JSON.stringify({ ...(parseJson(`{"x":${text}}`) as object) })).toBe(`{"x":${text}}`)
})

test.each(['1e21', '1.5e10', '1000000000000000000000', '15.000000000000000', '1E-12', '-0'])(
  '%s fits and is an ordinary number',
  (text) => {
    const value = parseJson(text)
    expect(isRawJson(value)).toBe(false)
    expect(value).toBe(Number(text))
  },
)

test('digits in a string stay a string', () => {
  expect(parseJson('{"id":"12345678901234567890"}')).toEqual({ id: '12345678901234567890' })
})

test('an id that a number cannot hold is no id', () => {
  expect(isRequestId(parseJson('9007199254740993'))).toBe(false)
})

test('a mistake in the text is the same mistake', () => {
  expect(() => parseJson('{"a":12345678901234567890')).toThrow(SyntaxError)
  expect(() => parseJson('{')).toThrow(SyntaxError)
})
