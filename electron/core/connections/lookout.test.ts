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
  const ask = (ms: number, others = 0) => {
    lookout.asked(1 + others)
    clock.ms += ms
    lookout.answered(others)
  }
  return { ask, clock, seen: () => seen.splice(0) }
}

test('it looks out for a moment where the answer before came at once', () => {
  const { ask, clock, seen } = openLookout()
  ask(0.1)
  expect(seen()).toEqual([0])
  const begun = clock.ms
  ask(0.1)
  expect(seen()).toEqual([begun + 0.3, 0])
})

test('after one that took longer it sleeps, until one comes at once again', () => {
  const { ask, clock, seen } = openLookout()
  ask(0.1)
  ask(5)
  seen()
  ask(0.1)
  expect(seen()).toEqual([0])
  const begun = clock.ms
  ask(0.1)
  expect(seen()).toEqual([begun + 0.3, 0])
})

test('where several are out it does not look out', () => {
  const { ask, seen } = openLookout()
  ask(0.1)
  seen()
  ask(0.1, 1)
  expect(seen()).toEqual([])
})
