import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { openTempAccounts } from '../testing/temp-accounts.ts'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
})
afterAll(() => core[Symbol.asyncDispose]())

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'metamcp-approval-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

let count = 0
/** A server that leaves a file behind as soon as it runs. */
function leavingTrace(trace: string) {
  const script = `require('node:fs').writeFileSync(${JSON.stringify(trace)}, 'ran')`
  const name = `tracer-${(count += 1)}`
  return { name, type: 'STDIO' as const, command: process.execPath, args: ['-e', script] }
}

const trace = (name = 'ran') => join(folder, name)

async function commandOf(serverId: string) {
  const { commands } = await core.admin.trust.list.query()
  return commands.find((one) => one.serverId === serverId)
}

test('a program that came without approval is never started, whatever is tried', async () => {
  const { admin } = core
  const given = {
    ...leavingTrace(trace()),
    start: 'eager' as const,
    env: { KEY: 'hidden-value', PATH: '/opt' },
  }
  const made = await admin.servers.create.mutate({ ...given, approve: false })
  const { id } = made
  expect(made).toMatchObject({
    ...{ approved: false, state: 'failed', retryAt: null, startedAt: null },
    ...{ problem: { code: 'not-approved' }, error: expect.stringContaining('approval') as string },
  })
  expect((await admin.servers.test.mutate({ id })).works).toBe(false)
  await admin.servers.restart.mutate({ id })
  await admin.servers.waitLonger.mutate({ id, ms: 1_000 })
  await admin.servers.setEnabled.mutate({ id, enabled: false })
  await admin.servers.setEnabled.mutate({ id, enabled: true })
  const target = { kind: 'server', id } as const
  await admin.inspector.start.mutate({ target, method: 'tools/call', params: '{"name":"x"}' })
  core.wake()
  expect((await admin.servers.test.mutate({ id })).works).toBe(false)
  expect(existsSync(trace())).toBe(false)

  const waiting = await commandOf(id)
  expect(waiting).toEqual({
    ...{ serverId: id, server: made.name, command: process.execPath, args: given.args },
    ...{ cwd: null, envNames: ['KEY', 'PATH'], envValues: { PATH: '/opt' } },
    hash: expect.any(String) as string,
  })
  await admin.trust.approveCommand.mutate({ serverId: id, hash: waiting?.hash ?? '' })
  await admin.servers.test.mutate({ id })
  expect(existsSync(trace())).toBe(true)
  expect(await commandOf(id)).toBeUndefined()
  expect(await admin.servers.get.query({ id })).toMatchObject({ approved: true })
})

test.each([
  ['command', { command: `${process.execPath} ` }],
  ['args', { args: ['-e', '0'] }],
  ['cwd', { cwd: tmpdir() }],
  ['env', { env: { NODE_OPTIONS: '--no-warnings' } }],
])('a change of its %s makes it wait again', async (_, patch) => {
  const { servers } = core.admin
  const { id, approved } = await servers.create.mutate(leavingTrace(trace()))
  expect(approved).toBe(true)
  await servers.update.mutate({ id, patch: { description: 'Another text' }, approve: false })
  expect(await servers.get.query({ id })).toMatchObject({ approved: true })
  const changed = await servers.update.mutate({ id, patch, approve: false })
  expect(changed).toMatchObject({ approved: false, problem: { code: 'not-approved' } })
  // To go on with something else approves nothing.
  const named = await servers.update.mutate({ id, patch: { idleMs: 1 }, approve: false })
  expect(named.approved).toBe(false)
  const renamed = await servers.update.mutate({ id, patch: { description: '' }, approve: true })
  expect(renamed.approved).toBe(false)
  const seen = await servers.update.mutate({ id, patch: { args: [] }, approve: true })
  expect(seen.approved).toBe(true)
})

test('a command that is changed while it is being approved waits on', async () => {
  const { admin } = core
  const { id } = await admin.servers.create.mutate({ ...leavingTrace(trace()), approve: false })
  const hash = (await commandOf(id))?.hash ?? ''
  const patch = { args: ['-e', '0'] }
  const api = core.router.createCaller({ caller: { kind: 'local' } })
  const changing = api.servers.update({ id, patch })
  await api.trust.approveCommand({ serverId: id, hash }).catch(() => undefined)
  await changing
  expect(await admin.servers.get.query({ id })).toMatchObject({ approved: false })
})

test('a process of before ends when its command waits', async () => {
  const { servers, inspector } = core.admin
  const { id } = await servers.create.mutate(echoServer({}, { name: 'was-running' }))
  expect((await servers.test.mutate({ id })).works).toBe(true)
  await servers.update.mutate({ id, patch: { args: ['-e', '0'] }, approve: false })
  const target = { kind: 'server', id } as const
  const listed = await inspector.list.query({ target })
  expect(JSON.stringify(listed)).toContain('echo')
  expect((await servers.test.mutate({ id })).works).toBe(false)
  expect(await servers.get.query({ id })).toMatchObject({ problem: { code: 'not-approved' } })
})

test.each([
  ['arguments', { args: leavingTrace('elsewhere').args }],
  ['a variable that decides what runs', { env: { NODE_OPTIONS: '--require ./two.cjs' } }],
  ['a secret', { env: { NODE_OPTIONS: null, KEY: 'two' } }],
])('what was looked at is what is approved: %s', async (_, patch) => {
  const { admin } = core
  const { id } = await admin.servers.create.mutate({
    ...leavingTrace(trace('one')),
    ...{ env: { NODE_OPTIONS: '--require ./one.cjs', KEY: 'one' }, approve: false },
  })
  const seen = await commandOf(id)
  expect(seen?.envValues).toEqual({ NODE_OPTIONS: '--require ./one.cjs' })
  const hash = seen?.hash ?? ''
  await admin.servers.update.mutate({ id, patch, approve: false })
  const late = admin.trust.approveCommand.mutate({ serverId: id, hash })
  await expect(late).rejects.toThrow('changed again while you looked')
  expect((await admin.servers.test.mutate({ id })).works).toBe(false)
  expect(existsSync(trace('one'))).toBe(false)
})

test('what others pass on comes without approval: pasted, by hand, imported', async () => {
  const { adding, data, servers } = core.admin
  const { name, command, args } = leavingTrace(trace())
  const text = JSON.stringify({ mcpServers: { [name]: { command, args } } })
  const { token } = await adding.read.mutate({ text })
  const choices = [{ key: '0', name: `${name}-pasted` }]
  const namespaceId = null
  await adding.add.mutate({ token: token ?? '', choices, namespaceId, approve: false })
  const server = { name: `${name}-by-hand`, type: 'STDIO' as const, command, args, approve: false }
  await adding.create.mutate({ server, namespaceId })
  await data.import.mutate({ text, approve: false })
  const all = await servers.list.query()
  const mine = all.filter((one) => one.name.startsWith(name))
  expect(mine.map(({ approved }) => approved)).toEqual([false, false, false])
  for (const { id } of mine) expect((await servers.test.mutate({ id })).works).toBe(false)
  expect(existsSync(trace())).toBe(false)
})

test('a server at an address waits for nobody', async () => {
  const remote = { name: 'remote', type: 'STREAMABLE_HTTP', url: 'http://127.0.0.1:9/mcp' } as const
  const { id, approved } = await core.admin.servers.create.mutate({ ...remote, approve: false })
  expect(approved).toBe(true)
  const patch = { type: 'STDIO' as const, command: process.execPath }
  const changed = await core.admin.servers.update.mutate({ id, patch, approve: false })
  expect(changed).toMatchObject({ type: 'STDIO', approved: false })
})

test('what the config file names runs, and what somebody changes of it waits until the next start', async () => {
  const file = configFileOf([echoServer()])
  await using first = await startTempCore({ file })
  {
    await using client = await connectLegacy(first.mcpUrl(), first.key)
    await client.callTool({ name: 'echo__echo', arguments: { message: 'a' } })
  }
  const [server] = await first.admin.servers.list.query()
  const patch = { args: ['-e', '0'] }
  await first.admin.servers.update.mutate({ id: server?.id ?? '', patch, approve: false })
  await using client = await connectLegacy(first.mcpUrl(), first.key)
  const called = client.callTool({ name: 'echo__echo', arguments: { message: 'a' } })
  await expect(called).rejects.toThrow('waits for approval')
})

test('a member looks at what is their own alone, and so it is with approving', async () => {
  const { ada, ben, cara } = await openTempAccounts(core)
  await core.admin.settings.set.mutate({ membersRunPrograms: true })
  const made = await ben.trpc.servers.create.mutate({ ...leavingTrace(trace()), approve: false })
  const { commands } = await ben.trpc.trust.list.query()
  expect(commands.map(({ serverId }) => serverId)).toEqual([made.id])
  expect(await ben.trpc.trust.count.query()).toMatchObject({ commands: 1 })
  const choice = { serverId: made.id, hash: commands[0]?.hash ?? '' }
  for (const other of [ada, cara]) {
    const seen = (await other.trpc.trust.list.query()).commands
    expect(seen.filter(({ serverId }) => serverId === made.id)).toEqual([])
    await expect(other.trpc.trust.approveCommand.mutate(choice)).rejects.toThrow('There is no')
  }
  await ben.trpc.trust.approveCommand.mutate(choice)
  await ben.trpc.servers.test.mutate({ id: made.id })
  expect(existsSync(trace())).toBe(true)
})
