import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { env, execPath, platform, stdout } from 'node:process'
import { runChild } from './run-child.ts'

const root = resolve(import.meta.dirname, '..')

type Step = { title: string; script: string; counts?: boolean }

/** Scripts of package.json, cheap ones first; those that run tests are counted. */
const STEPS: Step[] = [
  { title: 'Types', script: 'types' },
  { title: 'Lint', script: 'lint' },
  { title: 'Format', script: 'format:check' },
  { title: 'Import rules', script: 'imports' },
  { title: 'Unused files, exports and packages', script: 'unused' },
  { title: 'Build', script: 'build' },
  { title: 'Tests of the sources', script: 'test:core', counts: true },
  { title: 'Tests on PostgreSQL', script: 'test:postgres', counts: true },
  { title: 'Tests of the build', script: 'test:built', counts: true },
  { title: 'Tests in a browser', script: 'test:browser', counts: true },
]

type Tally = { passed: number; failed: number }

/**
 * Everything that must pass, up to the first step that fails; of the suites of tests all are run.
 * The last line is always "N passed, N failed", where a failed step without tests counts as one.
 * Returns the exit code.
 */
export async function check(): Promise<number> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'check-'))
  const total: Tally = { passed: 0, failed: 0 }
  for (const step of STEPS) {
    const report = step.counts
      ? join(folder.path, `${step.script.replace(':', '-')}.json`)
      : undefined
    const ok = await runStep(step, report)
    const { passed, failed } = report ? readTally(report) : { passed: 0, failed: 0 }
    total.passed += passed
    total.failed += ok ? failed : Math.max(failed, 1)
    // The suites do not stand on one another: one that fails does not hide what the next would say.
    if (!ok && !step.counts) break
  }
  stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`)
  return total.failed === 0 ? 0 : 1
}

async function runStep({ title, script }: Step, report?: string): Promise<boolean> {
  stdout.write(`\n── ${title} ──\n`)
  const startedAt = performance.now()
  const code = await runScript(script, report ? testOptions(report) : [])
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const end = code === 0 ? `fine, ${seconds} s` : `FAILED, ${seconds} s; alone: npm run ${script}`
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
function runScript(script: string, extra: string[]): Promise<number> {
  const [name = '', ...args] = readScripts()[script]?.split(' ') ?? []
  const bin = join(root, 'node_modules/.bin')
  return runChild(name === 'node' ? execPath : join(bin, name), [...args, ...extra], {
    cwd: root,
    stdio: 'inherit',
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
