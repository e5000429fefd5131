import { expect, test } from 'vitest'
import { judge } from './goals.ts'
import type { Measured } from './measure.ts'

const ms = (target: Measured['target'], ...p50: number[]): Measured => ({
  ...{ workload: 'latency', target },
  runs: p50.map((one) => ({ p50: one, p99: one })),
})

function judged(measured: Measured[]) {
  return judge(measured).map(({ value, isMet }) => [value, isMet])
}

test('medians are compared with direct HTTP and with the fastest peer', () => {
  const others = [ms('direct-http', 2, 2, 9), ms('mcp-hub', 4, 4, 4), ms('mcp-proxy', 8, 8, 8)]
  expect(judged([...others, ms('ours', 1, 1, 50)])).toEqual([
    [0.5, true],
    [0.25, true],
  ])
  expect(judged([...others, ms('ours', 3, 3.6, 1)])).toEqual([
    [1.5, false],
    [0.75, true],
  ])
})

test('what failed is not met, and what has nothing to be compared with is neither', () => {
  expect(judged([ms('ours', 1)])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ])
  const failed = { ...ms('ours', 1), failure: 'fails: because' }
  const others = [ms('direct-http', 2), ms('mcp-hub', 2)]
  expect(judged([...others, failed])).toEqual([
    [undefined, false],
    [undefined, false],
  ])
})

test('what every run must show, one run that does not spoils', () => {
  const run = (came: number) => ({ came, 'in order': 200 })
  const runs = [run(200), run(199), run(200)]
  expect(judged([{ workload: 'progress', target: 'ours', runs }])).toEqual([
    [199, false],
    [200, true],
  ])
})
