import { describe, expect, test } from 'vitest'
import { expandTemplate } from './expand-template.ts'
import { argumentsOf, itemsOf, matching, unlisted, variablesOf } from './offer.ts'
import type { InspectorView } from '../../../../shared/inspector.ts'

describe('URI templates', () => {
  test.each([
    ['file:///{path}', { path: 'a b/c' }, 'file:///a%20b%2Fc'],
    ['file:///{+path}', { path: 'a b/c' }, 'file:///a%20b/c'],
    ['x:{/a,b}', { a: '1', b: '2' }, 'x:/1/2'],
    ['x:y{?a,b}', { b: '2' }, 'x:y?b=2'],
    ['x:y?z=1{&a}', { a: '&' }, 'x:y?z=1&a=%26'],
    ['x:{a:3}', { a: 'abcdef' }, 'x:abc'],
    ['x:{a*}{#b}', { a: '1', b: 'c/d' }, 'x:1#c/d'],
    ['x:{a}', {}, 'x:'],
    ['x:{a}', { a: "it's" }, 'x:it%27s'],
  ])('%s with %o is %s', (template, values, expected) => {
    expect(expandTemplate(template, values)).toBe(expected)
  })

  test('name their variables, each once', () => {
    expect(variablesOf('x:{a}/{+b,c*}{?a,d:3}')).toEqual(['a', 'b', 'c', 'd'])
    expect(argumentsOf(unlisted('x:{a}', 'templates'), 'templates')).toMatchObject([{ name: 'a' }])
  })
})

const view = {
  tools: [
    { name: 'search_issues', description: 'Finds issues', annotations: { readOnlyHint: true } },
    { name: 'delete_repo', title: 'Delete', annotations: { destructiveHint: true } },
    { name: 7 },
  ],
  prompts: [{ name: 'greet', arguments: [{ name: 'who', required: true }, 'x'] }],
  resources: [{ uri: 'file:///a', name: 'a', mimeType: 'text/plain' }],
  resourceTemplates: [],
} as unknown as InspectorView

test('what is offered, with what its server says of it', () => {
  const tools = itemsOf(view, 'tools')
  expect(tools.map(({ id, mark }) => [id, mark])).toEqual([
    ['search_issues', 'read-only'],
    ['delete_repo', 'destructive'],
  ])
  expect(tools[1]?.title).toBe('Delete')
  expect(itemsOf(view, 'resources')).toMatchObject([{ id: 'file:///a', title: 'a' }])
  const [greet] = itemsOf(view, 'prompts')
  const who = { name: 'who', description: null, isRequired: true }
  expect(greet && argumentsOf(greet, 'prompts')).toEqual([who])
  expect(itemsOf(undefined, 'tools')).toEqual([])
})

test('is found by all words of its name, title and description', () => {
  const tools = itemsOf(view, 'tools')
  expect(matching(tools, 'issues find').map(({ id }) => id)).toEqual(['search_issues'])
  expect(matching(tools, ' ')).toHaveLength(2)
})
