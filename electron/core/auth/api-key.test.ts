import { expect, test } from 'vitest'
import { API_KEY } from '../../../shared/api-key.ts'
import { callerKey } from '../caller.ts'
import { hashApiKey, makeApiKey } from './api-key.ts'

test('keys have their shape, differ, and use all 62 characters about equally', () => {
  const keys = Array.from({ length: 500 }, makeApiKey)
  expect(keys.every((key) => API_KEY.test(key))).toBe(true)
  expect(new Set(keys).size).toBe(500)
  const counts = Object.values(Object.groupBy(keys.join('').replaceAll('sk_mt_', ''), String)).map(
    (group = []) => group.length,
  )
  expect(counts).toHaveLength(62)
  // Chi-square with 61 degrees of freedom: about 61 when even, about 270 for remainders of bytes.
  const mean = (500 * 64) / 62
  const chiSquare = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)
  expect(chiSquare).toBeLessThan(150)
})

test('the hash of a key is its SHA-256', () => {
  // printf sk_mt_test | sha256sum
  const sum = 'b6462456324716b3994715c20f320e386ea730e13bb0f740f42605bdcc3c4d6f'
  expect(hashApiKey('sk_mt_test')).toBe(sum)
})

test('a session is bound to who calls, whatever the key is called now', () => {
  const before = callerKey({ kind: 'api-key', id: '1', name: 'before', ownerId: null })
  expect(callerKey({ kind: 'api-key', id: '1', name: 'after', ownerId: null })).toBe(before)
  const others = (['local', 'admin', 'anonymous'] as const).map((kind) => callerKey({ kind }))
  expect(
    new Set([
      before,
      ...others,
      callerKey({ kind: 'api-key', id: '2', name: 'before', ownerId: null }),
    ]).size,
  ).toBe(5)
})
