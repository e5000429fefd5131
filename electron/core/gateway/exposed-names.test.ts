import { expect, test } from 'vitest'
import { exposeNames } from './exposed-names.ts'

// Shows: tools-name-prefix
test('prefixes names with the configured name of their server', () => {
  const items = [
    { server: 'files', name: 'read' },
    { server: 'web', name: 'read' },
  ]
  expect(exposeNames(items, true)).toEqual(['files__read', 'web__read'])
})

// Shows: tools-name-form
test('replaces characters that model APIs refuse', () => {
  expect(exposeNames([{ server: 'a', name: 'x.y/z ü' }], true)).toEqual(['a__x_y_z__'])
})

// Shows: tools-name-form
test('cuts long names to 64 characters that end in a hash, the same every time', () => {
  const long = { server: 'server', name: 'n'.repeat(100) }
  const [name] = exposeNames([long], true)
  expect(name).toMatch(/^server__n+_[0-9a-f]{6}$/)
  expect(name).toHaveLength(64)
  expect(exposeNames([{ server: 'b', name: 'x' }, long], true)[1]).toBe(name)
})

// Shows: tools-name-unique
test('two names that become the same both end in a hash, and neither is lost', () => {
  const names = exposeNames(
    [
      { server: 'a', name: 'x.y' },
      { server: 'a', name: 'x_y' },
    ],
    true,
  )
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect(name).toMatch(/^a__x_y_[0-9a-f]{6}$/)
})

// Shows: tools-name-unique
test('long names that differ only after the cut stay apart', () => {
  const names = exposeNames(
    [
      { server: 'a', name: `${'n'.repeat(80)}1` },
      { server: 'a', name: `${'n'.repeat(80)}2` },
    ],
    true,
  )
  expect(new Set(names).size).toBe(2)
})

// Shows: tools-name-prefix
test('without a prefix the first server keeps the bare name and the others are prefixed', () => {
  const items = [
    { server: 'one', name: 'read' },
    { server: 'two', name: 'read' },
    { server: 'two', name: 'write' },
  ]
  expect(exposeNames(items, false)).toEqual(['read', 'two__read', 'write'])
})

test('without a prefix a name that looks prefixed already is not lost either', () => {
  const items = [
    { server: 'one', name: 'read' },
    { server: 'one', name: 'two__read' },
    { server: 'two', name: 'read' },
  ]
  const names = exposeNames(items, false)
  expect(new Set(names).size).toBe(3)
  expect(names[0]).toBe('read')
})

test('servers of two owners that are called alike lose none of their tools', () => {
  const item = (name: string, serverId: string) => ({ server: 'files', name, serverId })
  const items = [item('read', '1'), item('read', '2'), item('only', '2')]
  const [first, second, only] = exposeNames(items, true)
  expect(first).toMatch(/^files__read_[0-9a-f]{6}$/)
  expect(second).toMatch(/^files__read_[0-9a-f]{6}$/)
  expect(first).not.toBe(second)
  expect(only).toBe('files__only')
  // In whatever order, and without the prefix.
  expect(exposeNames(items.toReversed(), true)).toEqual([only, second, first])
  expect(exposeNames(items, false)).toEqual(['read', 'files__read', 'only'])
})
