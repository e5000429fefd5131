import { expect, test } from 'vitest'
import { z } from 'zod'
import { InvalidInput, parseInput, problemsOf, problemText } from './problems.ts'

const schema = z.strictObject({
  name: z.string().max(3, 'must be at most 3 characters').optional(),
  list: z.array(z.strictObject({ port: z.int() })).optional(),
  byName: z.record(z.string().regex(/^[a-z]+$/, 'must be small letters'), z.int()).optional(),
  kind: z.enum(['a', 'b']).optional(),
})

test.each([
  [{ name: 'secret' }, 'name: must be at most 3 characters'],
  [{ list: [{ port: 1 }, { port: 'secret' }] }, 'list[1].port: expected number, received string'],
  [{ list: [{ port: 1, pord: 'secret' }] }, 'list[0].pord: is not a known field'],
  [{ byName: { 'A b': 1 } }, 'byName["A b"]: as a name, it must be small letters'],
  [{ kind: 'secret' }, 'kind: expected one of "a"|"b"'],
  [[], 'expected object, received array'],
])('%j', (input, text) => {
  const result = schema.safeParse(input)
  const problems = result.error ? problemsOf(result.error) : []
  expect(problems.map(problemText)).toEqual([text])
})

test('all mistakes are in one sentence, and single for a form', () => {
  const parse = () => parseInput(schema, { name: 'long', odd: 1, even: 2 })
  expect(parse).toThrow(
    new InvalidInput([
      { path: ['name'], message: 'must be at most 3 characters' },
      { path: ['odd'], message: 'is not a known field' },
      { path: ['even'], message: 'is not a known field' },
    ]),
  )
  expect(parse).toThrow(/^name: must .*; odd: is .*; even: is not a known field$/)
})
