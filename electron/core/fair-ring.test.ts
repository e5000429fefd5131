import { expect, test } from 'vitest'
import { openFairRing } from './fair-ring.ts'

const numbers = (ring: { after(seq: number): { seq: number }[] }, after = 0) =>
  ring.after(after).map(({ seq }) => seq)

test('who adds many pushes out their own, and others keep theirs up to an equal share', () => {
  const ring = openFairRing<{ seq: number }>(10)
  for (let seq = 1; seq <= 3; seq++) ring.push({ seq }, 'quiet')
  for (let seq = 4; seq <= 5_000; seq++) ring.push({ seq }, 'loud')
  expect(numbers(ring)).toEqual([1, 2, 3, 4994, 4995, 4996, 4997, 4998, 4999, 5000])
  // With three there are three or four for each.
  for (let seq = 5_001; seq <= 5_020; seq++) ring.push({ seq }, 'third')
  const kept = numbers(ring)
  expect(kept).toHaveLength(10)
  expect(kept.filter((seq) => seq <= 3)).toEqual([1, 2, 3])
  expect(kept.filter((seq) => seq > 5_000).length).toBeLessThanOrEqual(4)
})

test('what came after a number is found in order, whoever it is of', () => {
  const ring = openFairRing<{ seq: number }>(2_000)
  for (let seq = 1; seq <= 3_000; seq++) ring.push({ seq }, `share ${seq % 3}`)
  expect(numbers(ring, 2_995)).toEqual([2_996, 2_997, 2_998, 2_999, 3_000])
  expect(numbers(ring)).toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1_001))
  expect(numbers(ring, 3_000)).toEqual([])
})
