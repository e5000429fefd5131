import { expect, test } from 'vitest'
import { openRateLimit } from './rate-limit.ts'

const RULE = { window: 60, max: 3 }

test('so many tries are free, and then it says how long to wait, until the window ends', () => {
  let time = 0
  const limit = openRateLimit(() => time)
  for (let count = 0; count < 3; count++) {
    expect(limit.wait('a', RULE)).toBeNull()
    expect(limit.take('a', RULE)).toBeNull()
  }
  time = 10_500
  expect(limit.wait('a', RULE)).toBe(50)
  expect(limit.take('a', RULE)).toBe(50)
  expect(limit.take('b', RULE)).toBeNull()
  // What was refused has not made it longer.
  time = 60_000
  expect(limit.wait('a', RULE)).toBeNull()
  expect(limit.take('a', RULE)).toBeNull()
})

test('of too many it forgets whoever has not tried for longest', () => {
  const limit = openRateLimit(() => 0)
  for (let count = 0; count < 3; count++) limit.take('still here', RULE)
  limit.take('gone', { window: 60, max: 1 })
  for (let count = 0; count < 30_000; count++) {
    limit.take(`other ${count}`, RULE)
    if (count % 1000 === 0) limit.take('still here', RULE)
  }
  expect(limit.wait('still here', RULE)).toBe(60)
  expect(limit.wait('gone', { window: 60, max: 1 })).toBeNull()
})
