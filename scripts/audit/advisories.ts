import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { platform } from 'node:process'

/** What the registry knows of the packages of a lock file. */
export type Advisories =
  | { kind: 'none'; asked: number }
  /** Packages with a finding, the grave ones apart: `name: title (severity)`. */
  | { kind: 'found'; grave: string[]; others: string[] }
  /** Nothing is known: neither that there is something, nor that there is not. */
  | { kind: 'not-asked'; reason: string }

type Via = string | { title?: string; url?: string }
type Vulnerability = { severity?: string; via?: Via[] }
type Report = {
  vulnerabilities?: Record<string, Vulnerability>
  metadata?: { dependencies?: { total?: number } }
  message?: string
  error?: { summary?: string }
}

const GRAVE = new Set(['high', 'critical'])

/**
 * Asks the registry of npm, by `npm audit`, whose exit code says the same for "something was found"
 * and "could not ask". So only a whole report counts as an answer.
 */
export async function askAdvisories(
  folder: string,
  env: Record<string, string | undefined>,
): Promise<Advisories> {
  const { stdout, failure } = await runNpm(folder, env)
  if (failure !== null) return { kind: 'not-asked', reason: failure }
  const report = readReport(stdout)
  if (!report) return { kind: 'not-asked', reason: 'npm gave no report' }
  const { vulnerabilities, metadata, message, error } = report
  const asked = metadata?.dependencies?.total
  if (vulnerabilities === undefined || asked === undefined || asked === 0) {
    return { kind: 'not-asked', reason: message || error?.summary || 'npm gave no whole report' }
  }
  const all = Object.entries(vulnerabilities)
  if (all.length === 0) return { kind: 'none', asked }
  const isGrave = ([, { severity = 'critical' }]: [string, Vulnerability]) => GRAVE.has(severity)
  return {
    kind: 'found',
    grave: all.filter(isGrave).map(lineOf),
    others: all.filter((one) => !isGrave(one)).map(lineOf),
  }
}

function lineOf([name, { severity = 'of unknown severity', via = [] }]: [string, Vulnerability]) {
  const titles = via.map((one) => (typeof one === 'string' ? `by ${one}` : (one.title ?? one.url)))
  return `${name}: ${titles.join('; ')} (${severity})`
}

function readReport(stdout: string): Report | null {
  try {
    const report: unknown = JSON.parse(stdout)
    return typeof report === 'object' && report !== null ? report : null
  } catch {
    return null
  }
}

async function runNpm(folder: string, env: Record<string, string | undefined>) {
  const args = ['audit', '--json', '--package-lock-only']
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
  // On Windows npm is a .cmd file, which only a shell can start.
  const child = spawn('npm', args, { cwd: folder, env, stdio, shell: platform === 'win32' })
  const failed = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(`npm cannot be started: ${message}`))
  })
  const ended = text(child.stdout).then((stdout) => ({ stdout, failure: null }))
  return Promise.race([ended, failed.then((failure) => ({ stdout: '', failure }))])
}
