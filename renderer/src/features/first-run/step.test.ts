import { expect, test } from 'vitest'
import { stepOf } from './step.ts'

const facts = { servers: 0, setUp: 0, hasCalls: false, stage: 'new' as const }

test('goes from servers to clients to the first call, by what is there', () => {
  expect(stepOf(facts)).toBe('servers')
  expect(stepOf({ ...facts, servers: 3 })).toBe('connect')
  expect(stepOf({ ...facts, servers: 3, setUp: 1 })).toBe('wait')
  expect(stepOf({ ...facts, servers: 3, setUp: 1, hasCalls: true, stage: 'begun' })).toBe('done')
})

test('shows nothing to who had calls before, has left, or as long as it is not known', () => {
  expect(stepOf({ ...facts, hasCalls: true })).toBe(null)
  expect(stepOf({ ...facts, stage: 'left' })).toBe(null)
  for (const name of ['servers', 'setUp', 'hasCalls'] as const) {
    expect(stepOf({ ...facts, [name]: undefined })).toBe(null)
  }
})
