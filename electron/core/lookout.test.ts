import { expect, test } from 'vitest'
import { Lookout } from './lookout.ts'

/** With a clock that is set by hand; `seen` is until when it looked out. */
function openLookout() {
  const clock = { ms: 1_000 }
  const seen: number[] = []
  const lookout = new Lookout(
    (untilMs) => void seen.push(untilMs),
    () => clock.ms,
  )
  const wait = (ms: number) => {
    lookout.begin()
    clock.ms += ms
    lookout.end()
  }
  return { wait, clock, seen: () => seen.splice(0) }
}

test('it looks out for a moment where what it waited for before came at once', () => {
  const { wait, clock, seen } = openLookout()
  wait(0.1)
  expect(seen()).toEqual([0])
  const begun = clock.ms
  wait(0.1)
  expect(seen()).toEqual([begun + 0.3, 0])
})

test('after one that took longer it sleeps, until one comes at once again', () => {
  const { wait, clock, seen } = openLookout()
  wait(0.1)
  wait(5)
  seen()
  wait(0.1)
  expect(seen()).toEqual([0])
  const begun = clock.ms
  wait(0.1)
  expect(seen()).toEqual([begun + 0.3, 0])
})
