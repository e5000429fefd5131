import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchNetwork } from './network.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('who is on line again is told so once, and who has gone is not', () => {
  let isOnline = true
  let times = 0
  const unwatch = watchNetwork(
    () => isOnline,
    () => times++,
  )
  vi.advanceTimersByTime(60_000)
  isOnline = false
  vi.advanceTimersByTime(60_000)
  expect(times).toBe(0)
  isOnline = true
  vi.advanceTimersByTime(60_000)
  expect(times).toBe(1)
  unwatch()
  isOnline = false
  vi.advanceTimersByTime(60_000)
  isOnline = true
  vi.advanceTimersByTime(60_000)
  expect(times).toBe(1)
})
