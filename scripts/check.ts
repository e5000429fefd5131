import type { SpawnOptions } from 'node:child_process'
import { closeSync, mkdtempDisposableSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { env, execPath, platform, stdout } from 'node:process'
import { runChild } from './run-child.ts'

const root = resolve(import.meta.dirname, '..')

type Step = { title: string; script: string }

/** Scripts of package.json. These look at the sources alone, and need a core each. */
const LOOKS: Step[] = [
  { title: 'Lint', script: 'lint' },
  { title: 'Types', script: 'types' },
  { title: 'Format', script: 'format:check' },
  { title: 'Import rules', script: 'imports' },
  { title: 'Unused files, exports and packages', script: 'unused' },
  { title: 'Build', script: 'build' },
]

/** These run tests, each on all cores. */
const SUITES: Step[] = [
  { title: 'Tests of the sources', script: 'test:core' },
  { title: 'Tests on PostgreSQL', script: 'test:postgres' },
  { title: 'Tests of the build', script: 'test:built' },
  { title: 'Tests in a browser', script: 'test:browser' },
]

type Tally = { passed: number; failed: number }

/**
 * Everything that must pass. Where one of the looks fails no test is run; of the suites all are: one
 * that fails does not hide what the next would say. The last line is always "N passed, N failed",
 * where a failed step without tests counts as one. Returns the exit code.
 */
export async function check(): Promise<number> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'check-'))
  const total: Tally = { passed: 0, failed: await look(folder.path) }
  for (const step of total.failed > 0 ? [] : SUITES) {
    const report = join(folder.path, `${step.script.replace(':', '-')}.json`)
    stdout.write(`\n── ${step.title} ──\n`)
    const ok = await runStep(step, { args: testOptions(report), stdio: 'inherit' })
    const { passed, failed } = readTally(report)
    total.passed += passed
    total.failed += ok ? failed : Math.max(failed, 1)
  }
  stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`)
  return total.failed === 0 ? 0 : 1
}

/** Two at a time, each with what it says in one piece. Resolves with how many failed. */
async function look(folder: string): Promise<number> {
  const waiting = [...LOOKS]
  let failed = 0
  const work = async () => {
    for (let step = waiting.shift(); step && failed === 0; step = waiting.shift()) {
      if (!(await runAside(step, folder))) failed += 1
    }
  }
  await Promise.all([work(), work()])
  return failed
}

async function runAside(step: Step, folder: string): Promise<boolean> {
  const file = join(folder, `${step.script.replace(':', '-')}.txt`)
  const output = openSync(file, 'w')
  const print = () => stdout.write(`\n── ${step.title} ──\n${readFileSync(file, 'utf8')}`)
  try {
    return await runStep(step, { args: [], stdio: ['ignore', output, output] }, print)
  } finally {
    closeSync(output)
  }
}

type Way = { args: string[]; stdio: SpawnOptions['stdio'] }

/** `before` is called when it is over, before its last line. */
async function runStep({ title, script }: Step, way: Way, before = () => true): Promise<boolean> {
  const startedAt = performance.now()
  const code = await runScript(script, way)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const end = code === 0 ? `fine, ${seconds} s` : `FAILED, ${seconds} s; alone: npm run ${script}`
  before()
  stdout.write(`── ${title}: ${end} ──\n`)
  return code === 0
}

/** A test that fails is tried once more, and said to have been. */
function testOptions(report: string): string[] {
  const reporters = ['default', './scripts/second-tries.ts', 'json']
  return [
    ...reporters.map((name) => `--reporter=${name}`),
    ...['--retry=1', `--outputFile.json=${report}`],
  ]
}

/**
 * Runs a script of package.json, which is one program and its arguments. Without npm and its
 * shell in between a signal reaches the program, and nothing runs on when we are stopped.
 */
function runScript(script: string, { args: extra, stdio }: Way): Promise<number> {
  const [name = '', ...args] = readScripts()[script]?.split(' ') ?? []
  const bin = join(root, 'node_modules/.bin')
  return runChild(name === 'node' ? execPath : join(bin, name), [...args, ...extra], {
    cwd: root,
    stdio,
    env: { ...env, PATH: `${bin}${delimiter}${env.PATH}` },
    // There the programs are .cmd files, which only a shell can start.
    shell: platform === 'win32',
  })
}

function readScripts(): Record<string, string> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  return scripts
}

/** Reads what vitest's json reporter wrote; nothing where vitest did not get that far. */
function readTally(file: string): Tally {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
    return { passed: report.numPassedTests ?? 0, failed: report.numFailedTests ?? 0 }
  } catch {
    return { passed: 0, failed: 0 }
  }
}
