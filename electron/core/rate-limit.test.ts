import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openRuledLimits, RateLimit } from './rate-limit.ts'

const RULE = { window: 60, max: 3 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('so many are free, and then it says how long to wait, until the window ends', async () => {
  const limit = new RateLimit(RULE)
  for (let count = 0; count < 3; count++) expect(await limit.take('a')).toBeNull()
  vi.advanceTimersByTime(10_500)
  expect(await limit.take('a')).toBe(49_500)
  expect(await limit.take('b')).toBeNull()
  // What was refused has not made it longer.
  vi.advanceTimersByTime(49_500)
  expect(await limit.take('a')).toBeNull()
})

test('of many at once no more get through than there are', async () => {
  const limit = new RateLimit(RULE)
  const waits = await Promise.all(Array.from({ length: 20 }, () => limit.take('a')))
  expect(waits.filter((wait) => wait === null)).toHaveLength(3)
})

test('what is given back can be taken again, but not in the next window as well', async () => {
  const limit = new RateLimit({ window: 60, max: 1 })
  await limit.take('a')
  await limit.giveBack('a')
  expect(await limit.take('a')).toBeNull()
  expect(await limit.take('a')).toBe(60_000)
  vi.advanceTimersByTime(60_000)
  await limit.giveBack('a')
  expect([await limit.take('a'), await limit.take('a')]).toEqual([null, 60_000])
})

test('another maximum counts at once; what was refused before counts for nothing', async () => {
  const limit = new RateLimit({ window: 60, max: 1 })
  for (let count = 0; count < 5; count++) await limit.take('a')
  limit.max = 2
  expect([await limit.take('a'), await limit.take('a')]).toEqual([null, 60_000])
})

test('of too many it forgets whoever was not there for longest', async () => {
  const limit = new RateLimit({ window: 60, max: 1 })
  await limit.take('still here')
  await limit.take('gone')
  for (let count = 0; count < 12_000; count++) {
    await limit.take(`other ${count}`)
    if (count % 1000 === 0) await limit.take('still here')
  }
  expect(await limit.take('still here')).toBe(60_000)
  expect(await limit.take('gone')).toBeNull()
})

test('with a rule for each request, those of one rule are counted together', async () => {
  const limits = openRuledLimits()
  const one = { window: 10, max: 1 }
  expect(await limits.consume('a', one)).toEqual({ allowed: true, retryAfter: null })
  expect(await limits.consume('a', one)).toEqual({ allowed: false, retryAfter: 10 })
  expect(await limits.consume('a', RULE)).toEqual({ allowed: true, retryAfter: null })
})
