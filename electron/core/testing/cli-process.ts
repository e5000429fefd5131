import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { COMPILE_LESS } from './headless-process.ts'

const PROGRAM = resolve(import.meta.dirname, '../../../out/main/metamcp.js')

export type CliOptions = {
  /** Beside that of the test. */
  env?: Record<string, string>
  /** What is on its stdin. */
  input?: string
  cwd?: string
}

export type CliResult = { code: number | null; stdout: string; stderr: string }

/** Runs the built `metamcp` to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result
}

/** The same, for who wants to end it earlier. */
export function startCli(args: readonly string[], { env, input, cwd }: CliOptions = {}) {
  const child = spawn(process.execPath, [...COMPILE_LESS, PROGRAM, ...args], {
    env: { ...process.env, METAMCP_DATA_DIR: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  // Who does not read it may be gone before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  const result = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]): CliResult => ({ code, stdout, stderr }),
  )
  return { pid: child.pid ?? 0, result, kill: (signal: NodeJS.Signals) => child.kill(signal) }
}
