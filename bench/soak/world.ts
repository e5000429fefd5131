import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  startHeadless,
  type HeadlessProcess,
} from '../../electron/core/testing/headless-process.ts'
import { freePort, runOn, startPostgres } from '../../electron/core/testing/postgres-server.ts'
import { Ledger } from './ledger.ts'
import { openRaw, type Caller, type Place } from './raw-clients.ts'
import type { SoakServer } from './server.ts'

const PROGRAM = fileURLToPath(new URL('server.ts', import.meta.url))
const CLOCK = new URL('clock.mjs', import.meta.url).href

/** Those that nothing is done to: their calls always work. */
export const CALM = ['calm', 'calmhttp']
/** Children of the gateway that faults hit. */
export const VICTIMS = ['a', 'b', 'modern', 'own']
/** One over HTTP that faults hit, a child of ours. */
export const HTTP_VICTIM = 'web'
/** One that is edited, and nothing else. */
export const EDITED = 'edited'
export const WORKING = [...CALM, ...VICTIMS, HTTP_VICTIM, EDITED]
/** Those that never work. */
export const BROKEN = ['hangs', 'exits']

/** A server over HTTP, which can be ended and started again at its address. */
type HttpServer = { pid(): number; start(): Promise<void>; end(): Promise<void> }

export type World = {
  seed: number
  ledger: Ledger
  program: HeadlessProcess
  folder: string
  dataDir: string
  /** Where the gateway's clock is read from. */
  clock: string
  place(endpoint: string): Place
  /** Calls that faults make. */
  control: Caller
  /** Sessions whose clients are gone; deleted at quiet moments. */
  abandoned: Caller[]
  /** `null` for PGlite. */
  databaseUrl: string | null
  web: HttpServer
  /** What each server was called with, a file each. */
  records: ReadonlyMap<string, string>
}

export type WorldOptions = { seed: number; isPostgres: boolean }

/** The program as it is built, with its servers; all in a folder of its own. */
export async function openWorld(made: AsyncDisposableStack, options: WorldOptions): Promise<World> {
  const { path: folder } = made.use(await mkdtempDisposable(join(tmpdir(), 'metamcp-soak-')))
  const records = new Map(WORKING.map((name) => [name, join(folder, `calls-${name}`)]))
  const given = (name: string, more: Partial<SoakServer> = {}) =>
    JSON.stringify({ name, record: join(folder, `calls-${name}`), ...more })
  const ports = new Map([
    ['calmhttp', await freePort()],
    [HTTP_VICTIM, await freePort()],
  ])
  const overHttp = (name: string) =>
    openHttpServer(made, given(name, { http: ports.get(name) ?? 0 }))
  await overHttp('calmhttp')
  const web = await overHttp(HTTP_VICTIM)
  const config = join(folder, 'metamcp.json')
  await writeFile(config, JSON.stringify(configFile(given, ports)))
  const clock = join(folder, 'clock')
  await writeFile(clock, '0')
  const databaseUrl = options.isPostgres ? await openPostgres(made) : null
  const home = join(folder, 'home')
  await mkdir(home)
  const dataDir = join(folder, 'data')
  const program = await startHeadless({
    dataDir,
    args: ['--config', config, '--log-level', 'warn'],
    env: {
      ...{ HOME: home, METAMCP_SOAK_CLOCK: clock },
      NODE_OPTIONS: `--inspect-port=127.0.0.1:0 --import=${CLOCK}`,
      ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
    },
  })
  made.defer(() => endProcess(program.pid, () => program.kill('SIGTERM')))
  await program.admin.settings.set.mutate({ callLogRows: 1_000_000 })
  const ledger = new Ledger(options.seed)
  const place = (endpoint: string) => ({ url: program.url, endpoint, key: program.key })
  const surplus = (words: string) => ledger.violate(`control: ${words}`)
  const control = await openRaw('modern', place('steady'), surplus)
  return {
    ...{ seed: options.seed, ledger, program, folder, dataDir, clock, place, control },
    ...{ abandoned: [], databaseUrl, web, records },
  }
}

/** Resolves once it has ended: asked to at first, and made to when that takes too long. */
export async function endProcess(pid: number, ask: () => Promise<unknown>): Promise<void> {
  const timer = setTimeout(() => sendSignal(pid, 'SIGKILL'), 15_000)
  await ask()
  clearTimeout(timer)
}

/** Whether there was somebody to get it. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return pid > 0 && process.kill(pid, signal)
  } catch {
    return false
  }
}

type Given = (name: string, more?: Partial<SoakServer>) => string

function configFile(given: Given, ports: ReadonlyMap<string, number>) {
  const stdio = (name: string, more: Partial<SoakServer> = {}) => ({
    ...{ command: process.execPath, args: [PROGRAM, given(name, more)], startTimeoutMs: 20_000 },
  })
  const http = (name: string) => ({ url: `http://127.0.0.1:${ports.get(name)}/mcp` })
  return {
    mcpServers: {
      ...{ calm: stdio('calm'), calmhttp: http('calmhttp') },
      ...{ a: stdio('a'), b: stdio('b'), modern: stdio('modern', { era: 'modern' }) },
      own: { ...stdio('own'), isolation: 'session', idleMs: 20_000 },
      ...{ [HTTP_VICTIM]: http(HTTP_VICTIM), [EDITED]: stdio(EDITED) },
      hangs: { ...stdio('hangs', { hangs: true }), startTimeoutMs: 2_000 },
      exits: stdio('exits', { exits: true }),
    },
    namespaces: {
      steady: { servers: [...WORKING, ...BROKEN] },
      changing: { servers: ['calm', 'a', EDITED] },
    },
    endpoints: { steady: { namespace: 'steady' }, changing: { namespace: 'changing' } },
  }
}

async function openPostgres(made: AsyncDisposableStack): Promise<string> {
  const postgres = made.use(await startPostgres())
  await runOn(postgres.url('postgres'), 'create database soak')
  return postgres.url('soak')
}

async function openHttpServer(made: AsyncDisposableStack, given: string): Promise<HttpServer> {
  let child: ChildProcess | null = null
  async function end(): Promise<void> {
    const was = child
    child = null
    if (!was) return
    const ended = once(was, 'exit')
    was.kill('SIGKILL')
    await ended
  }
  async function start(): Promise<void> {
    const own = fork(PROGRAM, [given], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    child = own
    if (own.stdout) await once(own.stdout, 'data')
  }
  made.defer(end)
  await start()
  return { pid: () => child?.pid ?? 0, start, end }
}
