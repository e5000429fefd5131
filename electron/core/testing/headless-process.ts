import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { AppRouter } from '../index.ts'
import { approvingLink } from './approving-link.ts'

const BUILT = resolve(import.meta.dirname, '../../../out/main/headless.js')
const SOURCE = resolve(import.meta.dirname, '../../headless/index.ts')

/** For a program that lives for seconds: compiling PGlite well takes longer than running it does. */
export const COMPILE_LESS = ['--liftoff-only']

export type HeadlessProcess = AsyncDisposable & {
  pid: number
  url: string
  /** What it printed so far. */
  stdout(): string
  stderr(): string
  /** Of the first start; `''` at any other. */
  key: string
  admin: TRPCClient<AppRouter>
  mcpUrl: URL
  /** Sends a signal and resolves with the exit code and signal. */
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>
}

export type HeadlessOptions = {
  dataDir: string
  args?: string[]
  env?: Record<string, string>
  /** Not what was built, but the sources as they are. */
  isSource?: boolean
  /** Of Node.js; left out: what a short life wants. */
  flags?: readonly string[]
}

const ADMIN_TOKEN = 'admin-token-of-the-tests'

/** The headless program on a free port, once it says that it is ready. */
export async function startHeadless(options: HeadlessOptions): Promise<HeadlessProcess> {
  const { child, ended, stdout, stderr } = run(options)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const first = await lines.next()
  const url = /^MetaMCP ready (\S+)$/.exec(String(first.value))?.[1]
  if (url === undefined) throw new Error(`not ready: ${stderr()}`)
  // The greeting is written at once, but may arrive in pieces.
  while (!stdout().includes('Admin token')) await once(child.stdout, 'data')
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [code, by] = await ended
    return { code, signal: by }
  }
  return {
    pid: child.pid ?? 0,
    url,
    stdout,
    stderr,
    key: /^API key +(sk_mt_\w+)$/m.exec(stdout())?.[1] ?? '',
    mcpUrl: new URL(`${url}/metamcp/default/mcp`),
    admin: createTRPCClient<AppRouter>({
      links: [
        approvingLink,
        httpLink({
          url: `${url}/trpc/frontend`,
          headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        }),
      ],
    }),
    kill,
    async [Symbol.asyncDispose]() {
      await kill('SIGTERM')
    },
  }
}

/** Runs it to an end that is expected to come by itself. */
export async function runHeadless(options: HeadlessOptions) {
  const { ended, stdout, stderr } = run(options)
  const [code] = await ended
  return { code, stdout: stdout(), stderr: stderr() }
}

function run({ dataDir, args = [], env = {}, ...how }: HeadlessOptions) {
  const { isSource = false, flags = COMPILE_LESS } = how
  const given = ['--port', '0', '--data-dir', dataDir, ...args]
  const child = spawn(process.execPath, [...flags, isSource ? SOURCE : BUILT, ...given], {
    env: { ...process.env, METAMCP_ADMIN_TOKEN: ADMIN_TOKEN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  return { child, ended, stdout: () => out, stderr: () => err }
}
