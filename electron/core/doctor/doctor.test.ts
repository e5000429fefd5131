import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, inject, test } from 'vitest'
import type { ServerCheck } from '../../../shared/doctor.ts'
import type { OwnedServer, ServerInput } from '../../../shared/server.ts'
import { listProcesses } from '../connections/process-tree.ts'
import { echoServer, startEchoHttp } from '../testing/echo-definition.ts'
import { openLog } from '../log.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import { openWorkshop } from '../wiring/workshop.ts'
import { openDoctor } from './doctor.ts'

const UNTIL_TOLD = "process.stdin.resume().on('end', () => process.exit());"
const GARBAGE = `${UNTIL_TOLD} setInterval(() => console.log('Listening on port 3000 with hidden-token-1'), 20)`

/** A server over HTTP that answers everybody alike. */
async function openWeb(status: number, headers: Record<string, string> = {}) {
  const server = createServer((_, response) => {
    response.writeHead(status, headers).end('<!doctype html><title>no</title>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function deadPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A port whose program takes no connection, once a few wait for it. */
async function openDeaf() {
  const program =
    "const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {" +
    "require('node:fs').writeSync(1, String(s.address().port));" +
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) })'
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(said)
  const waiting = Array.from({ length: 8 }, () => connect({ port, host: '127.0.0.1' }))
  for (const one of waiting) one.on('error', () => undefined)
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      for (const one of waiting) one.destroy()
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** The processes that this one has started and that still run. */
async function children(...known: number[]): Promise<number[]> {
  const all = await listProcesses()
  return all
    .filter(({ pid, ppid }) => ppid === process.pid && !known.includes(pid))
    .map(({ pid }) => pid)
}

/** A data folder of its own that nobody runs on. */
async function openTempWorkshop(env: Record<string, string | undefined>) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-workshop-'))
  const workshop = await openWorkshop({
    ...{ dataDir: folder.path, host: '127.0.0.1', port: 0, publicUrl: null },
    ...{ configFile: null, restoreFile: null, secretKey: null, adminToken: null, pageDir: null },
    resourcesDir: resolve(import.meta.dirname, '../../../resources'),
    databaseTemplate: inject('databaseTemplate'),
    ...{ env, version: '0.0.0-test', log: openLog('silent') },
  })
  return {
    ...workshop,
    async [Symbol.asyncDispose]() {
      await workshop[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const named = (check: ServerCheck) =>
  check.steps.map(({ step, ok }) => (ok ? step : `${step}!`)).join(' ')

test('says of each kind of broken server how far it got and why, and leaves nothing behind', async () => {
  await using refusing = await openWeb(401, { 'www-authenticate': 'Bearer' })
  await using page = await openWeb(404)
  await using remote = await startEchoHttp({ name: 'remote', tools: 3, bare: true })
  await using deaf = await openDeaf()
  const port = await deadPort()
  const stdio = { type: 'STDIO', command: process.execPath, startTimeoutMs: 1_500 } as const
  const http = { type: 'STREAMABLE_HTTP', startTimeoutMs: 5_000 } as const
  const servers: ServerInput[] = [
    echoServer({ name: 'good', tools: 2, bare: true }),
    remote.definition(),
    echoServer({ name: 'noisy', garbage: true }),
    { ...stdio, name: 'missing', command: 'no-such-command' },
    { ...stdio, name: 'nowhere', cwd: '/no/such/folder' },
    { ...stdio, name: 'variable', args: ['${NOT_SET_LATER}'] },
    echoServer({ name: 'exits', exitAtStart: { code: 3, stderr: 'Error: no licence' } }),
    { ...stdio, name: 'garbage', args: ['-e', GARBAGE], env: { A_TOKEN: 'hidden-token-1' } },
    echoServer({ name: 'silent', hangInInitialize: true }, { startTimeoutMs: 1_500 }),
    { ...http, name: 'sign-in', url: refusing.url },
    { ...http, name: 'token', url: refusing.url, bearerToken: 'hidden-token-2' },
    { ...http, name: 'page', url: page.url.replace('/mcp', '') },
    { ...http, name: 'deaf', url: deaf.url, startTimeoutMs: 400 },
    { ...http, name: 'dead', url: `http://127.0.0.1:${port}/mcp` },
    { ...http, name: 'unknown', url: 'http://no-such-host.invalid/mcp' },
    { ...stdio, name: 'switched-off', enabled: false },
  ]
  const env = { ...process.env, NOT_SET_LATER: 'x' }
  await using workshop = await openTempWorkshop(env)
  await workshop.apply(JSON.stringify(configFileOf(servers)), '/')
  Reflect.deleteProperty(env, 'NOT_SET_LATER')
  const list = workshop.servers()
  expect(list.map(({ name }) => name)).toEqual(servers.map(({ name }) => name).sort())
  const { signal } = new AbortController()
  const checking = list.map(async ({ id, name }) => {
    return [name, await workshop.check(id, signal)] as const
  })
  const checks = new Map(await Promise.all(checking))
  expect(await children(remote.pid, deaf.pid)).toEqual([])
  expect(JSON.stringify([...checks.values()])).not.toContain('hidden-token')

  const summary = [...checks].map(([name, check]) => {
    return `${name}: ${check.outcome} ${check.problem?.code ?? ''} [${named(check)}]`
  })
  expect(summary).toEqual([
    'dead: failed nothing-listens [settings resolves reaches!]',
    'deaf: failed other [settings resolves reaches!]',
    'exits: failed exited [settings command starts!]',
    'garbage: failed no-answer [settings command starts answers!]',
    'good: ok  [settings command starts answers tools]',
    'missing: failed command-not-found [settings command!]',
    'noisy: ok  [settings command starts answers tools]',
    'nowhere: failed folder-missing [settings command!]',
    'page: failed not-mcp [settings resolves reaches starts answers!]',
    'remote: ok  [settings resolves reaches starts answers tools]',
    'sign-in: failed sign-in-needed [settings resolves reaches starts answers!]',
    'silent: failed no-answer [settings command starts answers!]',
    'switched-off: off  []',
    'token: failed token-refused [settings resolves reaches starts answers!]',
    'unknown: failed host-not-found [settings resolves!]',
    'variable: failed variable-missing [settings!]',
  ])
  const step = (name: string, which: string) =>
    checks.get(name)?.steps.find((one) => one.step === which)
  expect(step('good', 'command')?.found).toBe(process.execPath)
  expect(step('good', 'answers')?.found).toMatch(/^2025-\d\d-\d\d · good/)
  expect(step('good', 'tools')?.found).toBe('2 tools')
  expect(step('remote', 'tools')?.found).toBe('3 tools')
  expect(step('sign-in', 'answers')?.found).toBe('HTTP 401')
  expect(step('silent', 'answers')?.ms).toBeGreaterThan(1_000)
  expect(checks.get('exits')?.reason).toContain('Error: no licence')
  expect(checks.get('deaf')?.reason).toContain('did not take a connection within 0.4 s.')
  expect(checks.get('missing')?.reason).toContain('"no-such-command" was not found.')
  expect(checks.get('garbage')?.noise?.lines).toBeGreaterThan(10)
  expect(checks.get('garbage')?.noise?.first).toBe('Listening on port 3000 with •••')
  expect(checks.get('noisy')?.noise?.lines).toBeGreaterThan(0)
  expect(checks.get('good')?.noise).toBeNull()
})

test('a check that its caller gives up, or the end of the core, ends what was started', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-doctor-'))
  const file = join(folder.path, 'pids')
  const program = `fs.appendFileSync(${JSON.stringify(file)}, process.pid + '\\n'); ${UNTIL_TOLD}`
  const stuck = { ...echoServer({ name: 'stuck' }), args: ['-e', program] }
  const core = await startTempCore({ file: configFileOf([stuck]) })
  /** All that were ever started, in order. */
  const started = async () => {
    const lines = await readFile(file, 'utf8').catch(() => '')
    return lines.split('\n').filter(Boolean).map(Number)
  }
  const alive = async () => {
    const pids = await started()
    return (await listProcesses()).map(({ pid }) => pid).filter((pid) => pids.includes(pid))
  }
  // The first is that of the pool, which wants to know what it offers.
  await expect.poll(started, WAIT).toHaveLength(1)
  const own = await started()
  const [server] = await core.admin.doctor.servers.query()
  const serverId = server?.id ?? ''
  const giving = new AbortController()
  const given = core.admin.doctor.check
    .mutate({ serverId }, { signal: giving.signal })
    .catch((error: unknown) => error)
  await expect.poll(started, WAIT).toHaveLength(2)
  giving.abort()
  expect(await given).toBeInstanceOf(Error)
  await expect.poll(alive, WAIT).toEqual(own)
  const ended = core.admin.doctor.check.mutate({ serverId }).catch((error: unknown) => error)
  await expect.poll(started, WAIT).toHaveLength(3)
  await core[Symbol.asyncDispose]()
  expect(await ended).toBeInstanceOf(Error)
  expect(await alive()).toEqual([])
})

const WAIT = { timeout: 15_000 }

test('a few at a time', async () => {
  let now = 0
  let most = 0
  const doctor = openDoctor({
    atOnce: 2,
    async tryServer() {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return { outcome: 'ok', steps: [], problem: null, reason: '', noise: null }
    },
  })
  const server = { enabled: true } as OwnedServer
  const checks = await Promise.all(Array.from({ length: 7 }, () => doctor.check(server)))
  expect(checks).toHaveLength(7)
  expect(most).toBe(2)
  await doctor.close()
})

test('looks at MetaMCP itself', async () => {
  await using core = await startTempCore()
  const checks = await core.admin.doctor.instance.query()
  expect(checks.map(({ step, ok, problem }) => [step, ok, problem])).toEqual([
    ['folder', true, ''],
    ['key', true, ''],
    ['database', true, ''],
    ['port', true, ''],
  ])
  expect(checks[0]?.found).toBe(core.dataDir)
})
