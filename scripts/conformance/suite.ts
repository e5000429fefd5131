/** Runs the official suite, a program of its own, and reads what it says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { glob, mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'),
)

/** A run that takes longer hangs: the slowest ones take half a minute on two cores. */
const LIMIT_MS = 300_000

/** How one scenario ended. */
export type Outcome = {
  scenario: string
  passed: boolean
  /** Why the suite does not count it, in the suite's word; `null` for one that it scores. */
  unscored: string | null
  /** What failed, one line each. */
  failures: string[]
}

/** Arguments of the suite, after which `--requirements` follows. */
export type SuiteRun = {
  args: ['server', '--url', string] | ['client', '--command', string]
  revision: string
  env?: Record<string, string>
  /** A scenario ended; not told for the client scenarios, which run all at once. */
  onScenario?: (scenario: string) => void
}

export async function suiteVersion(): Promise<string> {
  const text = await readFile(join(dirname(PROGRAM), '../package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Every scenario that the revision's requirements name, in their order. Rejects if the run broke. */
export async function runSuite(run: SuiteRun): Promise<Outcome[]> {
  await using results = await mkdtempDisposable(join(tmpdir(), 'conformance-'))
  const { code, stdout, stderr } = await runProgram(run, results.path)
  const outcomes = readSummary(stdout)
  const saved = await readSaved(results.path)
  for (const outcome of outcomes) {
    const { failures = [], unfinished = false } = saved.get(outcome.scenario) ?? {}
    outcome.failures = failures
    // The suite does not look at how its client ended: one that did nothing passes much.
    if (unfinished) outcome.passed = false
  }
  const failed = outcomes.some(({ passed, unscored }) => !passed && unscored === null)
  if (outcomes.length === 0 || (code !== 0 && !failed)) {
    throw new Error(`The suite ended with code ${code}:\n${stderr.slice(-2_000)}`)
  }
  return outcomes
}

async function runProgram({ args, revision, env, onScenario }: SuiteRun, folder: string) {
  const given = [...args, '--requirements', revision, '-o', folder]
  // Our client has a limit of its own, which leaves it the time to tidy up.
  if (args[0] === 'client') given.push('--timeout', String(LIMIT_MS / 2))
  const child = spawn(process.execPath, [PROGRAM, ...given], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  })
  const stdout: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    stdout.push(line)
    const scenario = /^=== Running scenario: (\S+) ===$/.exec(line)?.[1]
    if (scenario !== undefined) onScenario?.(scenario)
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** The suite's own verdicts: a list of all scenarios, then one of those that it does not score. */
function readSummary(lines: string[]): Outcome[] {
  const start = lines.findLastIndex((line) => /^=== (SUITE )?SUMMARY ===$/.test(line))
  const outcomes = new Map<string, Outcome>()
  for (const line of lines.slice(start + 1)) {
    const [, scenario, passes, fails] = /^[✓✗] (\S+): (\d+) passed, (\d+) failed/.exec(line) ?? []
    if (scenario !== undefined) {
      const passed = fails === '0' && passes !== '0'
      outcomes.set(scenario, { scenario, passed, unscored: null, failures: [] })
    }
    const [, name = '', reason = null] = /^ {2}[✓✗] (\S+) \(([^)]+)\)$/.exec(line) ?? []
    const unscored = outcomes.get(name)
    if (unscored) unscored.unscored = reason
  }
  return [...outcomes.values()]
}

type Check = { id: string; status: string; errorMessage?: string; description?: string }
type Saved = { failures: string[]; unfinished: boolean }

/** What the suite wrote to its folder, by scenario. */
async function readSaved(folder: string): Promise<Map<string, Saved>> {
  const saved = new Map<string, Saved>()
  for await (const file of glob('**/checks.json', { cwd: folder })) {
    const place = dirname(file)
    const scenario = place.replace(/^server-/, '').replace(/-\d{4}(-\d\d){2}T[\d-]+Z$/, '')
    const checks = JSON.parse(await readFile(join(folder, file), 'utf8')) as Check[]
    const failures = checks
      .filter(({ status }) => status === 'FAILURE')
      .map(({ id, errorMessage, description }) => `${id}: ${errorMessage ?? description ?? ''}`)
    const read = (name: string) => readFile(join(folder, place, name), 'utf8').catch(() => null)
    const said = await read('stdout.txt')
    const unfinished = said !== null && !said.includes(FINISHED)
    if (unfinished) failures.push(`our client: ${lastLines((await read('stderr.txt')) ?? '')}`)
    saved.set(scenario, { failures, unfinished })
  }
  return saved
}

/** What our client of the client scenarios prints once it has done all that it had to. */
export const FINISHED = 'finished'

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-3)
  return lines.join(' ').slice(0, 500) || 'ended early without a word'
}
