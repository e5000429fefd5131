import { describe, expect, test } from 'vitest'
import { accessOf, mayUse, ownedBy } from './access.ts'
import type { Caller } from './caller.ts'
import { AppError } from './errors.ts'

const account = (id: string, role: 'admin' | 'member' = 'member'): Caller => ({
  ...{ kind: 'account', id, name: id, role },
})
const CALLERS: Record<string, Caller> = {
  local: { kind: 'local' },
  'admin token': { kind: 'admin' },
  administrator: account('root', 'admin'),
  owner: account('ada'),
  'other member': account('ben'),
  'API key': { kind: 'api-key', id: '1', name: 'k', ownerId: 'ada' },
  'OAuth client': { kind: 'client', accountId: 'ada', clientId: 'c', name: 'c' },
  nobody: { kind: 'anonymous' },
}
const THINGS = {
  'the instance’s': { ownerId: null, shared: true },
  'Ada’s, shared': { ownerId: 'ada', shared: true },
  'Ada’s own': { ownerId: 'ada', shared: false },
}
/** Per thing: `-` is not there, `s` may be looked at, `c` may be changed. */
const EXPECTED: Record<string, string> = {
  local: 'ccc',
  'admin token': 'ccc',
  administrator: 'cc-',
  owner: 'scc',
  'other member': 'ss-',
  'API key': '---',
  'OAuth client': '---',
  nobody: '---',
}

describe.each(Object.keys(CALLERS))('%s', (name) => {
  const access = accessOf(CALLERS[name] ?? { kind: 'anonymous' })
  const missing = () => new AppError('not-found', 'none')

  test.each(Object.entries(THINGS).map(([what, thing], at) => ({ what, thing, at })))(
    '$what',
    ({ thing, at }) => {
      const expected = EXPECTED[name]?.[at]
      expect(access.sees(thing)).toBe(expected !== '-')
      expect(access.changes(thing)).toBe(expected === 'c')
      expect(access.seen([thing])).toHaveLength(expected === '-' ? 0 : 1)
      const change = () => access.requireChanged(thing, missing)
      if (expected === 'c') expect(change()).toBe(thing)
      else expect(change).toThrow(expected === '-' ? 'none' : 'shared by somebody else')
    },
  )
})

test('who makes something owns it, and keeps it to themselves unless they say otherwise', () => {
  expect(ownedBy(null, false)).toEqual({ ownerId: null, shared: true })
  expect(ownedBy('ada', undefined)).toEqual({ ownerId: 'ada', shared: false })
  expect(ownedBy('ada', true)).toEqual({ ownerId: 'ada', shared: true })
})

test('what is shared is built of shared things alone, and what is own of own ones and those', () => {
  const own = { ownerId: 'ada', shared: false }
  const shared = { ownerId: 'ada', shared: true }
  const ours = { ownerId: null, shared: true }
  expect(mayUse(own, own)).toBe(true)
  expect(mayUse(own, ours)).toBe(true)
  expect(mayUse(shared, own)).toBe(false)
  expect(mayUse(ours, own)).toBe(false)
  expect(mayUse({ ownerId: 'ben', shared: false }, own)).toBe(false)
  expect(mayUse({ ownerId: 'ben', shared: false }, shared)).toBe(true)
})
