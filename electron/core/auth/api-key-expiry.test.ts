import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openExpiries } from './api-key-expiry.ts'

const HOUR = 3_600_000
const START = Date.parse('2027-01-31T10:00:00Z')

beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => void vi.useRealTimers())

function openWatch(expiries: Record<string, number>) {
  const keys = Object.entries(expiries).map(([id, at]) => {
    return { id, expiresAt: new Date(at).toISOString() }
  })
  const told: string[] = []
  const { look, watch } = openExpiries({ keys: () => keys })
  const watching = watch((id) => void told.push(id))
  return { look, end: () => watching[Symbol.dispose](), keys, told }
}

test('each key is told of once, when its time has come, and old ones never', () => {
  const { told } = openWatch({ past: START - 1, soon: START + 10, later: START + 3 * HOUR })
  vi.advanceTimersByTime(9)
  expect(told).toEqual([])
  vi.advanceTimersByTime(1)
  expect(told).toEqual(['soon'])
  vi.advanceTimersByTime(4 * HOUR)
  expect(told).toEqual(['soon', 'later'])
  expect(vi.getTimerCount()).toBe(0)
})

test('a key that is new, or expires earlier now, is waited for', () => {
  const { look, keys, told } = openWatch({})
  keys.push({ id: 'new', expiresAt: new Date(START + HOUR).toISOString() })
  look()
  keys[0] = { id: 'new', expiresAt: new Date(START + 50).toISOString() }
  look()
  vi.advanceTimersByTime(50)
  expect(told).toEqual(['new'])
})

test('a clock that jumps ahead is noticed within a minute', () => {
  const { told } = openWatch({ key: START + 30 * 24 * HOUR })
  vi.setSystemTime(START + 31 * 24 * HOUR)
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual(['key'])
})

test('after the end nothing is told and nothing waits', () => {
  const { look, end, told } = openWatch({ key: START + 10 })
  end()
  look()
  vi.advanceTimersByTime(HOUR)
  expect([told, vi.getTimerCount()]).toEqual([[], 0])
})
