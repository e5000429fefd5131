import { describe, expect, test } from 'vitest'
import { findProblems, fits } from './schema-check.ts'
import { FREE, simplify } from './schema-simple.ts'

const search = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 2 },
    limit: { type: 'integer', maximum: 100 },
    labels: { type: 'array', items: { type: 'string', enum: ['bug', 'ui'] } },
    by: { $ref: '#/$defs/person' },
  },
  required: ['query'],
  additionalProperties: false,
  $defs: { person: { type: 'object', properties: { age: { minimum: 0 } }, required: ['name'] } },
}

describe('what does not fit is said where it is', () => {
  test.each([
    ['what is missing, at its own place', {}, [['query'], 'required', '']],
    ['a text that is too short', { query: 'a' }, [['query'], 'minLength', '2']],
    ['a number that is too large', { query: 'ab', limit: 101 }, [['limit'], 'maximum', '100']],
    ['another type', { query: 'ab', limit: 'x' }, [['limit'], 'type', 'integer']],
    ['no choice', { query: 'ab', labels: ['bug', 'x'] }, [['labels', '1'], 'enum', 'bug, ui']],
    [
      'behind a reference',
      { query: 'ab', by: { name: '', age: -1 } },
      [['by', 'age'], 'minimum', '0'],
    ],
    ['missing behind a reference', { query: 'ab', by: {} }, [['by', 'name'], 'required', '']],
    [
      'an entry left empty',
      { query: 'ab', labels: [undefined] },
      [['labels', '0'], 'required', ''],
    ],
    ['unknown', { query: 'ab', more: 1 }, [['more'], 'additionalProperties', '']],
  ])('%s', (_, value, [path, rule, limit]) => {
    expect(findProblems(search, value)).toContainEqual({ path, rule, limit })
  })

  test('nothing, when it fits; fields without a value are not sent', () => {
    expect(findProblems(search, { query: 'ab', limit: undefined })).toEqual([])
    expect(fits(search, { query: 'ab' })).toBe(true)
  })

  test('of several ways that none fits', () => {
    const schema = { anyOf: [{ type: 'string' }, { type: 'number' }] }
    expect(findProblems(schema, true)).toEqual([{ path: [], rule: 'other', limit: '' }])
  })

  test('patterns are not run, and a schema that makes no sense refuses nothing', () => {
    const evil = { type: 'string', pattern: '^(a+)+$' }
    expect(findProblems(evil, `${'a'.repeat(40)}!`)).toEqual([])
    expect(findProblems({ $ref: 'https://example.com/x' }, 1)).toEqual([])
    const named = { properties: { pattern: { type: 'string' } }, required: ['pattern'] }
    expect(findProblems(named, { pattern: 1 })).toMatchObject([{ path: ['pattern'], rule: 'type' }])
  })

  test('a schema is left as it was', () => {
    const before = structuredClone(search)
    findProblems(search, {})
    expect(search).toEqual(before)
  })
})

const shown = (properties: object) => {
  const simple = simplify({ type: 'object', title: 'T', properties })
  return 'schema' in simple ? simple.schema['properties'] : simple.why
}

describe('what a form shows', () => {
  test('a value that may be null is a field that may be empty', () => {
    const text = { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, title: 'A' }
    expect(shown({ a: text, b: { type: ['integer', 'null'] } })).toEqual({
      a: { type: 'string', title: 'A' },
      b: { type: 'integer' },
    })
  })

  test('what may be anything is written as JSON', () => {
    const free = { type: 'object', [FREE]: true }
    const parts = { a: {}, b: { type: 'object' }, c: { type: 'array' }, d: true }
    expect(shown(parts)).toEqual({ a: free, b: free, c: free, d: free })
  })

  test('a list of choices is one field', () => {
    const oneOf = [{ const: 'a', title: 'A' }]
    const items = { type: 'string', enum: ['a'] }
    expect(shown({ a: { type: 'array', items }, b: { type: 'array', items: { oneOf } } })).toEqual({
      a: { type: 'array', items, uniqueItems: true },
      b: expect.objectContaining({ uniqueItems: true }) as unknown,
    })
  })

  test.each([
    ['not-object', { type: 'string' }],
    ['not-object', { oneOf: [{ properties: { a: {} } }] }],
    ['nothing', { type: 'object' }],
    ['nothing', { type: 'object', properties: {}, additionalProperties: false }],
    ['elsewhere', { properties: { a: { $ref: 'https://example.com/a' } } }],
    ['too-large', { properties: Object.fromEntries([...Array(500).keys()].map((n) => [n, {}])) }],
  ])('there is no form, and why: %s', (why, schema) => {
    expect(simplify(schema)).toEqual({ why })
  })

  test('what refers to itself ends', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#/$defs/t' } } }
    const schema = { ...tree, $defs: { t: tree } }
    expect(simplify(schema)).toMatchObject({
      schema: { properties: { child: { $ref: '#/$defs/t' } } },
    })
  })
})
