import { expect, test } from 'vitest'
import type { ServerStateKey } from '../../shared/server-state.ts'
import { openServerNotices } from './server-notices.ts'

const SECOND = 1_000

/** Looks at one server after each step: seconds since the start, and its state then. */
function tell(...steps: [seconds: number, key: ServerStateKey][]) {
  const notices = openServerNotices(0)
  return steps.flatMap(([seconds, key]) =>
    notices
      .look([{ id: 'a', state: { key } }], seconds * SECOND)
      .map(({ kind }) => `${kind} at ${seconds} s`),
  )
}

test('a server that fails ten times is told of once', () => {
  const failures = Array.from({ length: 10 }, (_, index): [number, ServerStateKey][] => [
    [60 + index * 4, 'starting'],
    [62 + index * 4, 'failed'],
  ])
  expect(tell([40, 'running'], ...failures.flat())).toEqual(['failed at 62 s'])
})

test('nobody is called for what fails within 30 s of the start, nor for its later tries', () => {
  expect(tell([5, 'failed'], [20, 'starting'], [29, 'failed'], [90, 'failed'])).toEqual([])
  expect(tell([5, 'failed'], [31, 'running'], [70, 'running'])).toEqual([])
  expect(tell([30, 'failed'])).toEqual(['failed at 30 s'])
})

test('that it works again is told when it has run for half a minute, and then it may fail anew', () => {
  const steps: [number, ServerStateKey][] = [
    [60, 'failed'],
    [70, 'running'],
    [80, 'running'],
    [90, 'failed'],
    [100, 'running'],
    [129, 'running'],
    [130, 'running'],
    [140, 'failed'],
  ]
  expect(tell(...steps)).toEqual(['failed at 60 s', 'works at 130 s', 'failed at 140 s'])
})

test('what is switched off or removed is no news', () => {
  expect(tell([60, 'failed'], [70, 'off'], [120, 'running'], [200, 'running'])).toEqual([
    'failed at 60 s',
  ])
  const notices = openServerNotices(0)
  notices.look([{ id: 'a', state: { key: 'failed' } }], 60 * SECOND)
  notices.look([], 61 * SECOND)
  expect(notices.nextLookMs(61 * SECOND)).toBeNull()
})

test('it asks to look again when time alone decides', () => {
  const notices = openServerNotices(0)
  notices.look([{ id: 'a', state: { key: 'failed' } }], 60 * SECOND)
  expect(notices.nextLookMs(60 * SECOND)).toBeNull()
  notices.look([{ id: 'a', state: { key: 'running' } }], 70 * SECOND)
  expect(notices.nextLookMs(80 * SECOND)).toBe(20 * SECOND)
})
