import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

export type Program = AsyncDisposable & {
  child: ChildProcess
  pid: number
  /** What it printed so far, on both. */
  printed(): string
  /** Resolves with what the pattern found in what it prints; rejects if it ends before that. */
  until(pattern: RegExp): Promise<RegExpExecArray>
}

export type ProgramOptions = {
  env?: Record<string, string>
  cwd?: string
  /** Its stdin and stdout are its client's. */
  isStdio?: boolean
}

/** All that runs, so that nothing is left behind however the bench ends. */
const running = new Set<number>()

/** In a group of its own, with all that it starts: groups are what is ended. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const { env = {}, cwd, isStdio = false } = options
  const child = spawn(process.execPath, args, {
    ...{ env: { ...process.env, ...env }, cwd, detached: true },
    stdio: [isStdio ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  const pid = child.pid ?? 0
  running.add(pid)
  const ended = once(child, 'exit')
  let printed = ''
  const hear = (text: string) => (printed = (printed + text).slice(-65_536))
  if (!isStdio) child.stdout?.setEncoding('utf8').on('data', hear)
  child.stderr?.setEncoding('utf8').on('data', hear)
  async function until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(printed)
      if (found) return found
      if (child.exitCode !== null) throw new Error(`it ended: ${printed.trim().slice(-500)}`)
      await Promise.race([
        once(child.stdout ?? child, 'data'),
        once(child.stderr ?? child, 'data'),
        ended,
      ])
    }
  }
  async function end(): Promise<void> {
    endGroup(pid, 'SIGTERM')
    const late = setTimeout(() => endGroup(pid, 'SIGKILL'), 3_000)
    if (child.exitCode === null && child.signalCode === null) await ended
    clearTimeout(late)
    endGroup(pid, 'SIGKILL')
    running.delete(pid)
  }
  return { child, pid, until, printed: () => printed, [Symbol.asyncDispose]: end }
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // All of it has ended.
  }
}

/** What runs is ended with this process, if that ends early; by SIGINT, with 130. */
export function endProgramsWithUs(): void {
  process.on('exit', () => {
    for (const pid of running) endGroup(pid, 'SIGKILL')
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
