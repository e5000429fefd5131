import { expect, test } from 'vitest'
import type { ToolRule } from '../../../shared/namespace.ts'
import { patchToolRules } from './tool-rules.ts'

function rule(tool: string, changed: Partial<ToolRule>): ToolRule {
  const nothing = { name: null, title: null, description: null, annotations: null }
  return { serverId: 's', tool, enabled: true, ...nothing, ...changed }
}

const patch = (tool: string, changed: Partial<ToolRule>) => ({ serverId: 's', tool, ...changed })

test('a patch changes what it names, and only on its tool', () => {
  const rules = [rule('a', { name: 'A', enabled: false }), rule('b', { title: 'B' })]
  expect(patchToolRules(rules, [patch('a', { title: 'T', enabled: undefined })])).toEqual([
    rule('a', { name: 'A', enabled: false, title: 'T' }),
    rule('b', { title: 'B' }),
  ])
  expect(patchToolRules(rules, [patch('c', { enabled: false })])).toEqual([
    ...rules,
    rule('c', { enabled: false }),
  ])
})

test('a rule that changes nothing any more is dropped', () => {
  const rules = [rule('a', { name: 'A' }), rule('b', { enabled: false })]
  const patches = [patch('a', { name: null }), patch('b', { enabled: true }), patch('c', {})]
  expect(patchToolRules(rules, patches)).toEqual([])
  expect(patchToolRules([], [patch('a', { description: '' })])).toHaveLength(1)
})

test('two tools can swap their names but not share one', () => {
  const rules = [rule('a', { name: 'x' }), rule('b', { name: 'y' })]
  const swapped = patchToolRules(rules, [patch('a', { name: 'y' }), patch('b', { name: 'x' })])
  expect(swapped.map(({ name }) => name)).toEqual(['y', 'x'])
  expect(() => patchToolRules(rules, [patch('b', { name: 'x' })])).toThrow(
    'The tools "a" and "b" cannot both be named "x" in one namespace.',
  )
})

test('an override must be a name that model APIs take', () => {
  expect(() => patchToolRules([], [patch('a', { name: 'two words' })])).toThrow('name: must be')
})
