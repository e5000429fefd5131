import { expect, test } from 'vitest'
import { ORIGIN, type Listed } from '../catalog.ts'
import { marksOf } from './approve-marks.ts'

const tool = (name: string, fields: object = {}): Listed => ({
  ...{ name: `github__${name}`, ...fields },
  [ORIGIN]: { serverId: '1', server: 'github', name },
})

test.each([
  ['github__drop', true],
  ['github__drop_all', false],
  ['github__*', true],
  ['*__drop', true],
  ['*', true],
  ['g*b__d*p', true],
  ['github__drop*drop', false],
  ['g*x*p', false],
  ['drop', false],
  ['GITHUB__*', false],
])('%s', (pattern, isMarked) => {
  const marks = marksOf({ tools: [pattern], destructive: false, allowed: [] })
  expect(marks(tool('drop'))).toBe(isMarked)
})

test('a tool is known by its own name, whatever clients call it', () => {
  const renamed = tool('drop', { name: 'harmless' })
  const marked = { tools: ['github__drop'], destructive: false, allowed: [] }
  expect(marksOf(marked)(renamed)).toBe(true)
  expect(marksOf({ ...marked, tools: ['harmless'] })(renamed)).toBe(true)
  // Nobody gets free by taking over the name of what was allowed.
  expect(marksOf({ ...marked, allowed: ['harmless'] })(renamed)).toBe(true)
  expect(marksOf({ ...marked, allowed: ['github__drop'] })(renamed)).toBe(false)
})
