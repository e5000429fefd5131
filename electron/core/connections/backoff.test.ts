import { expect, test } from 'vitest'
import { openBackoff } from './backoff.ts'

const options = { firstMs: 100, maxMs: 1_000, steadyMs: 5_000 }

test('nothing for the first failure, then doubling up to the maximum', () => {
  const backoff = openBackoff(options)
  const delays = Array.from({ length: 8 }, () => backoff.fail(0))
  expect(delays).toEqual([0, 100, 200, 400, 800, 1_000, 1_000, 1_000])
})

test('service for a while, or a new definition, begins anew', () => {
  const backoff = openBackoff(options)
  for (const livedMs of [0, 0, 0]) backoff.fail(livedMs)
  expect(backoff.fail(4_999)).toBe(400)
  expect(backoff.fail(5_000)).toBe(0)
  expect(backoff.fail(0)).toBe(100)
  backoff.reset()
  expect(backoff.fail(0)).toBe(0)
})

test('the thousandth failure still has a delay that is a number', () => {
  const backoff = openBackoff({ ...options, maxMs: 60_000 })
  const delays = Array.from({ length: 2_000 }, () => backoff.fail(0))
  expect(delays.at(-1)).toBe(60_000)
})
