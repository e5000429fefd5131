import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { argv, execPath, stderr, version } from 'node:process'
import { promisify } from 'node:util'
import { startGateway } from './gateway.ts'
import { jobName, JOBS, runJob } from './jobs.ts'
import { judge, type Judged } from './judge.ts'
import { writePage, type Ran } from './report.ts'
import { suiteVersion } from './suite.ts'

const root = resolve(import.meta.dirname, '../..')
const PAGE = join(root, 'docs/conformance.md')

/**
 * Runs the official suite against us and through us, in every pair of eras, and writes the results
 * to docs/conformance.md. With words as arguments only the runs whose name has all of them, and
 * no page is written. Returns the exit code: 0 when everything came out as expected.
 */
export async function conformance(): Promise<number> {
  const words = argv.slice(2)
  const jobs = JOBS.filter((job) => words.every((word) => jobName(job).includes(word)))
  const ran: Ran[] = []
  {
    await using gateway = await startGateway(await makeTemplate())
    for (const job of jobs) {
      tell(`[${ran.length + 1}/${jobs.length}] ${jobName(job)}`)
      const startedAt = performance.now()
      const outcomes = await runJob(job, gateway).then((ended) => judge(job, ended), broken)
      ran.push({ job, outcomes })
      tell(`      ${summary(outcomes)}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
      for (const outcome of outcomes) explain(outcome)
    }
  }
  if (words.length === 0) await save(ran)
  return conclude(ran)
}

/** A run that did not come to an end does not stop the others. */
function broken(error: unknown): Judged[] {
  const failures = [error instanceof Error ? error.message : String(error)]
  const scenario = 'the run itself'
  return [
    {
      ...{ scenario, failures },
      passed: false,
      unscored: null,
      impossible: null,
      unexpected: 'broke',
    },
  ]
}

/** Made once and kept: a database from it is there within a second, instead of several. */
async function makeTemplate(): Promise<string> {
  const file = join(root, 'node_modules/.cache/metamcp/db-template.tgz')
  await mkdir(join(file, '..'), { recursive: true })
  const script = join(root, 'electron/core/db/make-template.ts')
  await promisify(execFile)(execPath, [script, file])
  return file
}

async function save(ran: Ran[]): Promise<void> {
  const text = await readFile(join(root, 'package.json'), 'utf8')
  const gateway = (JSON.parse(text) as { version: string }).version
  const node = version.replace(/^v(\d+)\..*/, '$1')
  await mkdir(join(root, 'docs'), { recursive: true })
  await writeFile(PAGE, await writePage(ran, { suite: await suiteVersion(), gateway, node }, PAGE))
  tell(`\nThe tables are in ${PAGE}`)
}

function summary(outcomes: Judged[]): string {
  const scored = outcomes.filter(({ unscored }) => unscored === null)
  const others = outcomes.filter(({ unscored }) => unscored !== null)
  const impossible = scored.filter((outcome) => outcome.impossible && !outcome.passed)
  const passing = (list: Judged[]) => list.filter(({ passed }) => passed).length
  return [
    `${passing(scored)} of ${scored.length} scored scenarios pass`,
    ...(impossible.length > 0 ? [`${impossible.length} are not possible`] : []),
    ...(others.length > 0 ? [`${passing(others)} of ${others.length} not scored pass`] : []),
  ].join(', ')
}

function explain({ scenario, failures, unexpected, unscored, passed, impossible }: Judged): void {
  if (unexpected === null && (passed || impossible || failures.length === 0)) return
  const weight = unexpected === null ? `not scored (${unscored})` : 'UNEXPECTED'
  tell(`      ${weight}: ${scenario} ${unexpected ?? 'fails'}`)
  for (const failure of failures.slice(0, 4)) tell(`          ${failure.slice(0, 300)}`)
}

function conclude(ran: Ran[]): number {
  const unexpected = ran.flatMap(({ job, outcomes }) =>
    outcomes
      .filter((outcome) => outcome.unexpected !== null)
      .map((outcome) => `${jobName(job)}: ${outcome.scenario} ${outcome.unexpected}`),
  )
  if (ran.length === 0) tell(`No run has such a name. There are: ${JOBS.map(jobName).join('; ')}.`)
  else if (unexpected.length === 0) tell('Everything came out as expected.')
  else tell(['Not as expected:', ...unexpected].join('\n  '))
  return ran.length > 0 && unexpected.length === 0 ? 0 : 1
}

function tell(line: string): void {
  stderr.write(`${line}\n`)
}
