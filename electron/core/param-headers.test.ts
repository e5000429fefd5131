import { describe, expect, test } from 'vitest'
import { parseJson } from './json.ts'
import { decodeHeader, encodeHeader, paramHeaders, readParamFields } from './param-headers.ts'

const annotated = (name: unknown, type: unknown = 'string') => ({ type, 'x-mcp-header': name })
const object = (properties: object) => ({ type: 'object', properties })

const SCHEMA = object({
  region: annotated('Region'),
  count: annotated('Count', 'integer'),
  dry: annotated('Dry', 'boolean'),
  where: object({ city: annotated('City'), plain: { type: 'string' } }),
})

describe('which arguments go into headers', () => {
  test.each<[string, unknown, Record<string, string>]>([
    ['strings, integers and booleans', { region: 'eu', count: 42, dry: false }, r('eu', '42')],
    ['a property of a property', { where: { city: 'Bern' } }, { 'mcp-param-city': 'Bern' }],
    ['null and what is missing: none', { region: null }, {}],
    ['what is no primitive: none', { region: { a: 1 }, count: [1] }, {}],
    ['no arguments at all', undefined, {}],
    ['an argument that is a list on the way', { where: ['x'] }, {}],
    ['an empty string is a value', { region: '' }, { 'mcp-param-region': '' }],
    ['nothing inherited', Object.create({ region: 'x' }), {}],
  ])('%s', (_, args, headers) => {
    expect(Object.fromEntries(paramHeaders(SCHEMA, args))).toEqual(headers)
  })

  test('an integer beyond 2^53 keeps its digits', () => {
    const args = parseJson('{"count":9007199254740993}')
    expect(paramHeaders(SCHEMA, args).get('mcp-param-count')).toBe('9007199254740993')
  })

  function r(region: string, count: string) {
    return { 'mcp-param-region': region, 'mcp-param-count': count, 'mcp-param-dry': 'false' }
  }
})

describe('definitions that clients must reject', () => {
  test.each<[string, unknown]>([
    ['an empty name', object({ a: annotated('') })],
    ['a name that is no token', object({ a: annotated('a b') })],
    ['a name with a line break', object({ a: annotated('a\r\nb') })],
    ['a name that is a number', object({ a: annotated(7) })],
    ['the same name twice, in another case', object({ a: annotated('X'), b: annotated('x') })],
    ['a number', object({ a: annotated('A', 'number') })],
    ['an object', object({ a: annotated('A', 'object') })],
    ['several types', object({ a: annotated('A', ['string', 'null']) })],
    ['the root', { ...object({}), 'x-mcp-header': 'Root' }],
    ['items of a list', object({ a: { type: 'array', items: annotated('A') } })],
    ['a branch', object({ a: { anyOf: [annotated('A')] } })],
    ['a branch of the root', { ...object({}), allOf: [object({ a: annotated('A') })] }],
    ['a definition', { ...object({}), $defs: { a: annotated('A') } }],
    ['additional properties', { ...object({}), additionalProperties: annotated('A') }],
  ])('%s', (_, schema) => {
    expect(readParamFields(schema)).toHaveProperty('fault')
    expect(paramHeaders(schema, { a: 'x' }).size).toBe(0)
  })

  test('a property of this name, and data that looks like it, are no annotations', () => {
    const looks = { type: 'object', default: { 'x-mcp-header': 'A' }, const: annotated('') }
    const schema = object({ 'x-mcp-header': { type: 'string' }, looks, b: annotated('B') })
    const b = { header: 'mcp-param-b', path: ['b'], isInteger: false }
    expect(readParamFields(schema)).toEqual({ fields: [b] })
  })
})

describe('what a header holds', () => {
  test.each([
    ['us-west1', 'us-west1'],
    ['two words', 'two words'],
    ['', ''],
    ['Grüße', '=?base64?R3LDvMOfZQ==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['\ttab first', '=?base64?CXRhYiBmaXJzdA==?='],
    ['=?base64?x?=', '=?base64?PT9iYXNlNjQ/eD89?='],
    ['=?BASE64?x?=', '=?BASE64?x?='],
  ])('%j is written %j, and read again', (value, header) => {
    expect(encodeHeader(value)).toBe(header)
    expect(decodeHeader(header)).toBe(value)
  })

  test.each([
    ['padding is missing', '=?base64?SGVsbG8?='],
    ['other characters', '=?base64?SGVs!!!bG8=?='],
    ['letters beyond ASCII', 'gr\u00fcn'],
    ['control characters', 'a\u0001b'],
  ])('%s: no value', (_, header) => {
    expect(decodeHeader(header)).toBeUndefined()
  })

  test.each(['SGVsbG8=', '=?base64?SGVsbG8=', 'SGVsbG8=?='])('%s is meant literally', (header) => {
    expect(decodeHeader(header)).toBe(header)
  })
})
