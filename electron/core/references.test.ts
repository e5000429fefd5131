import { expect, test } from 'vitest'
import { fillReferences, findReferences, readReference, UnknownReference } from './references.ts'

test('finds each name once, in order, anywhere in the text', () => {
  expect(findReferences('a${ONE}b${TWO_2}${ONE}')).toEqual(['ONE', 'TWO_2'])
  expect(findReferences('$HOME ${} ${1X} ${a-b} $${')).toEqual([])
})

test('fills in values, also empty ones, and never looks for references in a value', () => {
  const env = { A: '${B}', B: 'b', EMPTY: '' }
  expect(fillReferences('<${A}|${EMPTY}|${B}>', env)).toBe('<${B}||b>')
  expect(fillReferences('$& ${B} $1', env)).toBe('$& b $1')
})

test('a name that is not set is an error that names it', () => {
  expect(() => fillReferences('x ${NOT_SET}', {})).toThrow(UnknownReference)
  expect(() => fillReferences('x ${NOT_SET}', {})).toThrow('variable NOT_SET is not set')
})

test.each(['METAMCP_SECRET_KEY', 'metamcp_admin_token', 'DATABASE_URL', 'Database_Url'])(
  '%s is never handed out',
  (name) => {
    const env = { [name]: 'secret' }
    expect(readReference(name, env)).toBeUndefined()
    expect(() => fillReferences(`\${${name}}`, env)).toThrow('never handed out')
  },
)
