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

test.each([
  '{"a":"12345678901234567890","b":12345678901234567890,"c":"\\"12345678901234567890\\\\"}',
  '{"__proto__":12345678901234567890,"\\\\":[" 1e400 ",-12345678901234567890]}',
  '["a,12345678901234567890,\\"b",0.12345678901234567890]',
])('in %s the number is kept and the strings are', (text) => {
  expect(JSON.stringify(parseJson(text))).toBe(text)
})

test.each([
  '{12345678901234567890:1}',
  '[012345678901234567890]',
  '[1e40x]',
  '[+1234567890123456789]',
])('%s is no JSON, and stays none', (text) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  expect(() => parseJson(text)).toThrow(SyntaxError)
})

test('a number of a million digits takes no longer than it should', () => {
  const long = `1${'0'.repeat(1_000_000)}1`
  expect(JSON.stringify(parseJson(`[${long}]`))).toBe(`[${long}]`)
}, 5_000)

test('an id that a number cannot hold is no id', () => {
  expect(isRequestId(parseJson('9007199254740993'))).toBe(false)
})

test('a mistake in the text is the same mistake', () => {
  expect(() => parseJson('{"a":12345678901234567890')).toThrow(SyntaxError)
  expect(() => parseJson('{')).toThrow(SyntaxError)
})
