import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startGateway } from './gateway.ts'
import { IMPOSSIBLE } from './impossible.ts'
import { JOBS, runJob } from './jobs.ts'
import { isAbout, judge } from './judge.ts'
import { pairName, SAME_ERA } from './pairs.ts'
import { columnOf, titleOf } from './report.ts'
import type { Outcome } from './suite.ts'

/** Alone they take 5 s; beside all other tests on two cores more. */
const LIMIT = { timeout: 120_000 }

describe('the official suite, with a server of the same era', () => {
  let gateway: Awaited<ReturnType<typeof startGateway>>

  beforeAll(async () => {
    gateway = await startGateway(inject('databaseTemplate'))
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const pairs = SAME_ERA.map((pair) => ({ ...pair, name: pairName(pair) }))
  test.concurrent.for(pairs)('$name: every scored scenario passes', LIMIT, async (pair) => {
    const outcomes = await runJob({ kind: 'server', ...pair }, gateway)
    const scored = outcomes.filter(({ unscored }) => unscored === null)
    expect(scored.length).toBeGreaterThanOrEqual(30)
    expect(scored.filter(({ passed }) => !passed)).toEqual([])
  })
})

describe('docs/conformance.md', () => {
  test.for(JOBS)('says of what impossible.ts names that it is not possible: %o', (job) => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/conformance.md'), 'utf8')
    const expected = IMPOSSIBLE.filter((entry) => isAbout(entry, job))
    const told = impossibleOn(page, titleOf(job), columnOf(job))
    expect(told).toEqual(new Map(expected.map(({ scenario, reason }) => [scenario, reason])))
  })
})

test('docs/conformance.md has no scored scenario that fails', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/conformance.md'), 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `/.test(line))
  expect(rows.length).toBeGreaterThan(50)
  const failing = rows.filter((row) => !row.includes('not scored') && /\| fail +\|/.test(row))
  expect(failing).toEqual([])
})

/** The reasons in one column of the table under a title, by scenario. */
function impossibleOn(page: string, title: string, column: string): Map<string, string> {
  const section = page.split('\n## ').find((text) => text.startsWith(title)) ?? ''
  const [header, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'))
  const cells = (line = '') => line.split('|').map((cell) => cell.trim())
  const place = cells(header).indexOf(column)
  expect(place).toBeGreaterThan(0)
  const told = new Map<string, string>()
  for (const row of rows.map(cells)) {
    const number = /^not possible \((\d+)\)$/.exec(row[place] ?? '')?.[1]
    if (number === undefined) continue
    const scenario = /`(.+)`/.exec(row[1] ?? '')?.[1] ?? ''
    const reason = new RegExp(`^${number}\\. \`.*\`: (.*)$`, 'm').exec(section)?.[1] ?? ''
    told.set(scenario, reason)
  }
  return told
}

describe('what came out beside what was expected', () => {
  const job = { kind: 'client' as const, era: 'legacy' as const }
  const ping = { scenario: 'ping', passed: true, unscored: null, failures: [] }
  const listed = { ...ping, scenario: 'auth/dpop', unscored: 'extension' }
  const unexpected = (outcome: Outcome) =>
    judge(job, [outcome]).find(({ scenario }) => scenario === outcome.scenario)?.unexpected

  test('a pass is fine, a failure is not', () => {
    expect(unexpected(ping)).toBeNull()
    expect(unexpected({ ...ping, passed: false })).toBe('fails')
  })

  test('what the suite does not score may fail', () => {
    expect(unexpected({ ...ping, passed: false, unscored: 'pending' })).toBeNull()
  })

  test('what is not possible must not pass', () => {
    expect(unexpected({ ...listed, passed: false })).toBeNull()
    expect(unexpected(listed)).toContain('says that it cannot')
  })

  test('a reason for what is no scenario is one too many', () => {
    expect(
      judge(job, [ping]).find(({ scenario }) => scenario === 'auth/dpop')?.unexpected,
    ).toContain('no scenario')
  })
})
