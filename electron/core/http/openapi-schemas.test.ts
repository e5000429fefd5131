import { expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { openSchemaWriter } from './openapi-schemas.ts'

const write = (schema: unknown) => openSchemaWriter()(schema)

test('what references lead to stands in their place', () => {
  const written = write({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      home: { $ref: '#/$defs/Address', description: 'Where one lives' },
      work: { anyOf: [{ $ref: '#/$defs/Address' }, { type: 'null' }] },
      old: { $ref: '#/definitions/a~1b%20c' },
      same: { $ref: '#/properties/home' },
      named: { $ref: '#place' },
      narrow: { $ref: '#/$defs/Text', maxLength: 3 },
    },
    $defs: {
      Address: {
        type: 'object',
        properties: { street: { $ref: '#/$defs/Text' } },
        required: ['street'],
      },
      Text: { type: 'string' },
      Place: { $anchor: 'place', type: 'number' },
    },
    definitions: { 'a/b c': { type: 'boolean' } },
  })
  const text = { type: 'string' }
  const address = { type: 'object', properties: { street: text }, required: ['street'] }
  expect(written).toEqual({
    type: 'object',
    properties: {
      home: { ...address, description: 'Where one lives' },
      work: { anyOf: [address, { type: 'null' }] },
      old: { type: 'boolean' },
      same: { ...address, description: 'Where one lives' },
      named: { type: 'number' },
      narrow: { maxLength: 3, allOf: [text] },
    },
  })
})

test('a schema that contains itself is written out some times, and takes anything below', () => {
  const written = write({
    $ref: '#/$defs/Node',
    $defs: { Node: { type: 'object', properties: { child: { $ref: '#/$defs/Node' } } } },
  })
  const node = (child: JsonObject) => ({ type: 'object', properties: { child } })
  expect(written).toEqual(node(node(node({}))))
  const wholly = write({ type: 'object', properties: { child: { $ref: '#' } } })
  expect(JSON.stringify(wholly)).not.toContain('$ref')
  expect(write({ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } })).toEqual({})
})

test('references cannot make a document of any size', () => {
  const defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => {
      const next = { $ref: `#/$defs/d${at + 1}` }
      return [`d${at}`, { type: 'object', properties: { a: next, b: next } }]
    }),
  )
  const schema = { $ref: '#/$defs/d0', $defs: { ...defs, d40: { type: 'string' } } }
  expect(JSON.stringify(write(schema)).length).toBeLessThan(1_000_000)
  // And what one tool takes is not taken from the others.
  const writer = openSchemaWriter()
  for (let tool = 0; tool < 10; tool += 1) writer(schema)
  const plain = { $ref: '#/$defs/t', $defs: { t: { type: 'string' } } }
  expect(writer(plain)).toEqual({ type: 'string' })
})

test('what cannot be reached takes anything, and values are left alone', () => {
  expect(write({ $ref: 'https://example.com/schema.json' })).toEqual({})
  expect(write({ $ref: '#/$defs/none', description: 'kept' })).toEqual({ description: 'kept' })
  const kept = { default: { $ref: '#/x' }, const: { $id: 1 }, enum: [{ $defs: 1 }], format: 'date' }
  expect(write(kept)).toEqual(kept)
  const hostile = JSON.parse('{"properties":{"__proto__":{"type":"string"},"$ref":{}}}') as object
  expect(JSON.stringify(write(hostile))).toBe(JSON.stringify(hostile))
})

test('what earlier drafts and careless servers write becomes what the document may hold', () => {
  expect(
    write({
      id: 'https://example.com/x',
      type: 'str',
      title: 7,
      required: true,
      properties: { a: true, b: false, c: 'text', d: { type: ['string', 'null'] } },
      oneOf: [],
      enum: 'x',
    }),
  ).toEqual({ properties: { a: {}, b: { not: {} }, c: {}, d: { type: ['string', 'null'] } } })
  expect(
    write({
      items: [{ type: 'string' }],
      additionalItems: false,
      minimum: 3,
      exclusiveMinimum: true,
    }),
  ).toEqual({ prefixItems: [{ type: 'string' }], items: false, minimum: 3, exclusiveMinimum: 3 })
  const closed = { type: 'array', prefixItems: [{}], items: false }
  expect(write({ ...closed, items: true })).toEqual({ type: 'array', prefixItems: [{}] })
  expect(write(closed)).toEqual(closed)
  expect(write(null)).toEqual({})
})

test('a keyword whose value is none of it is left out, and the rest is kept', () => {
  const right = { minimum: 1.5, maxLength: 3, pattern: '^a', deprecated: true, multipleOf: 0.1 }
  expect(write({ type: 'string', ...right })).toEqual({ type: 'string', ...right })
  const wrong = {
    ...{ minimum: '1', maximum: null, maxLength: -1, minItems: 1.5, pattern: 5, format: [] },
    ...{ deprecated: 'yes', readOnly: 1, uniqueItems: 'x', multipleOf: 0, dependentRequired: [] },
  }
  expect(write({ type: 'string', ...wrong })).toEqual({ type: 'string' })
  // What nobody has defined may be anything.
  expect(write({ 'x-order': [1], nullable: true })).toEqual({ 'x-order': [1], nullable: true })
})
