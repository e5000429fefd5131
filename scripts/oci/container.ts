import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { kill } from 'node:process'

/** What a container prints, followed through the program that runs it in the foreground. */
export interface Followed {
  /** Of that program. */
  readonly pid: number
  readonly readyMs: number
  /** The address in the first line. */
  readonly readyUrl: string
  stdout(): string
  /** Resolves with its exit code once it has ended. */
  readonly ended: Promise<number>
}

/** Long enough for a machine that is busy with other things, too. */
const READY_MS = 120_000
const READY = /^MetaMCP ready (\S+)$/m

/**
 * Starts the program and resolves once what it runs is ready. If that ends before, or takes too
 * long, ends it and rejects with what it said.
 */
export async function follow(command: string, args: string[]): Promise<Followed> {
  const startedAt = performance.now()
  // In a group of its own, which can be ended as one: Ctrl-C is ours to pass on.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const ended = once(child, 'close').then(([code]) => Number(code ?? 137))
  let out = ''
  let err = ''
  const ready = Promise.withResolvers<string>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    const url = READY.exec(out)?.[1]
    // The rest of the greeting is written at once, but may arrive in pieces.
    if (url !== undefined && out.includes('Admin token')) ready.resolve(url)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const refuse = (why: string) => ready.reject(new Error(`The container ${why}:\n${out}${err}`))
  ended.then((code) => refuse(`ended with code ${code}`)).catch(ready.reject)
  const timer = setTimeout(() => refuse(`was not ready after ${READY_MS / 1000} s`), READY_MS)
  try {
    const readyUrl = await ready.promise
    const readyMs = performance.now() - startedAt
    return { pid: child.pid ?? 0, readyMs, readyUrl, stdout: () => out, ended }
  } catch (error) {
    if (child.pid !== undefined && child.exitCode === null) kill(-child.pid, 'SIGKILL')
    throw error
  } finally {
    clearTimeout(timer)
  }
}
