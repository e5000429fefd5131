import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { connectLegacy } from './testing/clients.ts'
import { echoServer } from './testing/echo-definition.ts'
import { openTempAccounts, type TempPerson } from './testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from './testing/temp-core.ts'
import { openStream } from './testing/trpc-stream.ts'
import { ask, proceduresOf } from './testing/who-may-world.ts'

/** Names that both accounts give to theirs. */
const NAMES = { server: 'diary', namespace: 'private-notes', endpoint: 'memoir' }
const WORDS = 'words-that-only-ben-may-read'

async function startCore(): Promise<TempCore> {
  const core = await startTempCore({ auth: 'accounts', file: configFileOf([]) })
  await core.admin.settings.set.mutate({ membersRunPrograms: true })
  return core
}

/** A server, a namespace with it, an endpoint and a key, for nobody else. */
async function makeThings({ trpc }: TempPerson, description = '', shared = false) {
  const server = await trpc.servers.create.mutate({
    ...echoServer({ tools: 2, stderr: description }, { name: NAMES.server, description }),
    shared,
  })
  const namespace = await trpc.namespaces.create.mutate({
    ...{ name: NAMES.namespace, description, shared, servers: [{ serverId: server.id }] },
  })
  const endpoint = await trpc.endpoints.create.mutate({
    ...{ name: NAMES.endpoint, description, shared, namespaceId: namespace.id },
  })
  const { apiKey, key } = await trpc.apiKeys.create.mutate({ name: `key ${description}` })
  return { server, namespace, endpoint, apiKey, key }
}

type Things = Awaited<ReturnType<typeof makeThings>>

/** Everything by which ben's things could be known. */
function marksOf({ server, namespace, endpoint, apiKey }: Things): string[] {
  const [, handle = ''] = endpoint.address.split('.')
  return [server.id, namespace.id, endpoint.id, apiKey.id, handle, WORDS]
}

/** Queries whose answer depends on no id. */
const GENERAL: Record<string, unknown> = {
  'status.overview': undefined,
  'servers.list': undefined,
  'namespaces.summaries': undefined,
  'namespaces.findTools': { text: 'e', limit: 100 },
  'namespaces.list': undefined,
  'endpoints.list': undefined,
  'apiKeys.list': undefined,
  'logs.list': {},
  'activity.overview': { minutes: 60 },
  'activity.clients': undefined,
  'activity.latest': { limit: 100 },
  'activity.keys': undefined,
  'calls.list': { limit: 100 },
  'calls.stats': { by: 'endpoint' },
  'calls.pace': { since: 0, until: 4_000_000_000_000, buckets: 1 },
  'calls.choices': undefined,
  'calls.health': undefined,
  'removals.list': undefined,
  'settings.get': undefined,
  'accounts.me': undefined,
  'authorization.grants': undefined,
  'data.export': undefined,
  'data.diagnostics': undefined,
  'audit.list': { limit: 100 },
}

test('of what an account keeps to itself no answer tells others, whoever they are', async () => {
  await using core = await startCore()
  const { ada, ben, cara } = await openTempAccounts(core)
  const bens = await makeThings(ben, WORDS)
  // Names that are taken by somebody else are free.
  const caras = await makeThings(cara)
  {
    await using client = await connectLegacy(core.mcpUrl(bens.endpoint.address), bens.key)
    await client.callTool({ name: 'diary__echo', arguments: { message: 'hello' } })
  }
  const { removalId } = await ben.trpc.apiKeys.delete.mutate({ id: bens.apiKey.id })
  await expect
    .poll(async () => (await textOf(core, ben, ['logs.list', {}])).includes(WORDS))
    .toBe(true)
  await expect
    .poll(() => textOf(core, ben, ['calls.list', GENERAL['calls.list']]), { timeout: 5_000 })
    .toContain('diary__echo')

  const marks = [...marksOf(bens), removalId]
  for (const [path, input] of Object.entries(GENERAL)) {
    for (const person of [ada, cara]) {
      const text = await textOf(core, person, [path, input])
      const found = marks.filter((mark) => text.includes(mark))
      expect({ path, person: person.name, found }).toEqual({ path, person: person.name, found: [] })
    }
  }
  expect((await ben.trpc.activity.latest.query({ limit: 10 })).map(({ name }) => name)).toEqual([
    'diary__echo',
  ])
  expect(await cara.trpc.activity.latest.query({ limit: 10 })).toEqual([])
  expect((await cara.trpc.servers.list.query()).map(({ id }) => id)).toEqual([caras.server.id])

  // What the instance calls alike is offered beside what is hers, and in nobody's place.
  const common = await core.admin.servers.create.mutate({
    ...echoServer({ name: 'common', bare: true, tools: 1 }, { name: NAMES.server }),
  })
  const servers = [caras.server, common].map(({ id: serverId }) => ({ serverId }))
  const { id } = caras.namespace
  await cara.trpc.namespaces.update.mutate({ id, patch: { servers } })
  await using client = await connectLegacy(core.mcpUrl(caras.endpoint.address), caras.key)
  const { tools } = await client.listTools()
  const twins = tools.map(({ name }) => name).filter((name) => name.includes('tool_000'))
  expect([twins.length, new Set(twins).size]).toEqual([2, 2])
  for (const name of twins) await client.callTool({ name, arguments: { query: 'x' } })
})

test('an id or an address of somebody else is as one that nobody has', async () => {
  await using core = await startCore()
  const { ada, ben, cara } = await openTempAccounts(core)
  const { server, namespace, endpoint } = await makeThings(ben)
  const caras = await makeThings(cara)
  const nobodys = randomUUID()
  const questions: [string, (id: string) => unknown, string][] = [
    ['servers.get', (id) => ({ id }), server.id],
    ['servers.update', (id) => ({ id, patch: { name: 'x' } }), server.id],
    ['namespaces.get', (id) => ({ id }), namespace.id],
    ['namespaces.create', (id) => ({ name: 'x', servers: [{ serverId: id }] }), server.id],
    ['namespaces.why', (id) => ({ endpointId: id, serverId: 'x', tool: 'x' }), endpoint.id],
    ['namespaces.why', (id) => ({ serverId: id, tool: 'echo' }), server.id],
    ['endpoints.get', (id) => ({ id }), endpoint.id],
    ['endpoints.create', (id) => ({ name: 'x', namespaceId: id }), namespace.id],
    ['apiKeys.create', (id) => ({ name: 'x', endpoints: [id] }), endpoint.id],
    ['inspector.list', (id) => ({ target: { kind: 'server', id } }), server.id],
    ['oauth.signIn', (id) => ({ serverId: id }), server.id],
    ['logs.list', (id) => ({ filter: { servers: [id] } }), server.id],
    ['adding.create', (id) => ({ server: remote('y'), namespaceId: id }), namespace.id],
  ]
  for (const [path, input, id] of questions) {
    for (const person of [ada, cara]) {
      const [real, unreal] = await Promise.all(
        [id, nobodys].map((one) => textOf(core, person, [path, input(one)])),
      )
      expect({ path, text: real?.replaceAll(id, nobodys) }).toEqual({ path, text: unreal })
    }
  }
  const [, handle = ''] = caras.endpoint.address.split('.')
  const { url } = core
  for (const address of [NAMES.endpoint, `${NAMES.endpoint}.x`]) {
    const response = await fetch(`${url}/metamcp/${address}/mcp`, { method: 'POST' })
    expect([address, response.status]).toEqual([address, 404])
  }
  await expect(connectLegacy(core.mcpUrl(endpoint.address), caras.key)).rejects.toThrow()
  // Who was told one address of an account learns of no other by trying names, with whatever key.
  const bensKey = await ben.trpc.apiKeys.create.mutate({ name: 'of another' })
  for (const [key, status] of [
    [undefined, 401],
    ['sk_mt_none', 401],
    [bensKey.key, 404],
  ] as const) {
    const told = ['mcp', 'sse', 'message'].map((face) =>
      Promise.all(
        [caras.endpoint.address, `x.${handle}`].map((at) =>
          knock(`${url}/metamcp/${at}/${face}`, key),
        ),
      ),
    )
    for (const [real, unreal] of await Promise.all(told)) {
      expect(real).toEqual(unreal)
      expect(real?.status).toBe(status)
    }
  }
})

test('news of what an account keeps to itself comes to itself, and to the operator', async () => {
  await using core = await startCore()
  const { ada, ben, cara } = await openTempAccounts(core)
  const admin = { headers: { authorization: `Bearer ${core.adminToken.token}` } }
  const paths = ['status.changes', 'logs.tail'] as const
  const streams = await Promise.all(
    [ben, cara, ada, admin].map(({ headers }) =>
      Promise.all(paths.map((path) => openStream(core, path, headers))),
    ),
  )
  const bens = await makeThings(ben, WORDS)
  await ben.trpc.servers.test.mutate({ id: bens.server.id })
  await ben.trpc.servers.delete.mutate({ id: bens.server.id })
  // What all hear comes last: then everything before it has come, too.
  const { id } = await core.admin.servers.create.mutate({ ...remote('for-all'), start: 'eager' })
  for (const [changes] of streams) await expect.poll(() => changes?.text()).toContain(id)

  const [own, others, admins, operators] = streams.map((both) => both.map((one) => one.text()))
  const marks = marksOf(bens)
  const heard = (texts: string[] = []) =>
    marks.filter((mark) => texts.some((text) => text.includes(mark)))
  expect(heard(others)).toEqual([])
  expect(heard(admins)).toEqual([])
  for (const texts of [own, operators]) {
    expect(heard(texts)).toEqual(expect.arrayContaining([bens.server.id, bens.endpoint.id, WORDS]))
  }
  for (const stream of streams.flat()) await stream.close()
})

test('what is shared no more is taken from those who used it, in their sessions too', async () => {
  await using core = await startCore()
  const { ben, cara } = await openTempAccounts(core)
  const { server, endpoint } = await makeThings(ben, '', true)
  const own = await cara.trpc.namespaces.create.mutate({
    name: 'mine',
    servers: [{ serverId: server.id }],
  })
  const mine = await cara.trpc.endpoints.create.mutate({ name: 'mine', namespaceId: own.id })
  const { key } = await cara.trpc.apiKeys.create.mutate({ name: 'cara' })
  await using client = await connectLegacy(core.mcpUrl(mine.address), key)
  await using guest = await connectLegacy(core.mcpUrl(endpoint.address), key)
  const names = async () => (await client.listTools()).tools.map(({ name }) => name)
  expect(await names()).toContain('diary__echo')
  expect((await guest.listTools()).tools.length).toBeGreaterThan(0)
  await expect(
    cara.trpc.servers.update.mutate({ id: server.id, patch: { name: 'caras' } }),
  ).rejects.toThrow('This is shared by somebody else')

  await ben.trpc.endpoints.update.mutate({ id: endpoint.id, patch: { shared: false } })
  await expect.poll(() => guest.listTools().catch(() => 'ended'), { timeout: 1_000 }).toBe('ended')
  expect((await ben.trpc.activity.overview.query({ minutes: 1 })).sessions).toEqual({})
  expect(await names()).toContain('diary__echo')
  await ben.trpc.servers.update.mutate({ id: server.id, patch: { shared: false } })
  await expect.poll(names, { timeout: 1_000 }).toEqual([])
  expect((await cara.trpc.namespaces.get.query({ id: own.id })).servers).toEqual([])
  await expect(cara.trpc.servers.get.query({ id: server.id })).rejects.toThrow('There is no server')
})

test('why a shared server fails is told without its command to who may only use it', async () => {
  await using core = await startCore()
  const { ada, cara } = await openTempAccounts(core)
  const broken = { name: 'broken', type: 'STDIO', command: 'no-such-program' } as const
  const { id } = await core.admin.servers.create.mutate({ ...broken, start: 'lazy' })
  const { works, server } = await ada.trpc.servers.test.mutate({ id })
  expect([works, server.problem?.code]).toEqual([false, 'command-not-found'])
  const answer = await cara.trpc.servers.test.mutate({ id })
  expect(answer).toMatchObject({ works: false, server: { problem: { code: 'other' } } })
  const text = JSON.stringify([answer, await cara.trpc.servers.list.query()])
  expect(text).not.toContain('no-such-program')
})

test('members run no programs, and read nothing of the environment', async () => {
  await using core = await startTempCore({
    auth: 'accounts',
    env: { ...process.env, SECRET: 's3' },
  })
  const { ada, ben } = await openTempAccounts(core)
  const program = echoServer({}, { name: 'program' })
  const reader = { ...remote('reader'), headers: { 'X-Secret': '${SECRET}' } }
  await expect(ben.trpc.servers.create.mutate(program)).rejects.toThrow('Only administrators')
  await expect(ben.trpc.servers.create.mutate(reader)).rejects.toThrow('is for administrators')
  const create = { server: program, namespaceId: null }
  await expect(ben.trpc.adding.create.mutate(create)).rejects.toThrow('Only administrators')
  // Of a file with both, the rest can be added all the same.
  const mixed = { a: { command: 'npx' }, b: { url: 'http://127.0.0.1:9/b' } }
  const pasted = await ben.trpc.adding.read.mutate({ text: JSON.stringify(mixed) })
  expect(pasted.entries[0]?.problem).toContain('Only administrators')
  const choices = [{ key: '1', name: 'b' }]
  await ben.trpc.adding.add.mutate({ token: pasted.token ?? '', choices, namespaceId: null })
  const { id } = await ben.trpc.servers.create.mutate(remote('plain'))
  const patches = [{ type: 'STDIO', command: 'sh' } as const, { url: 'http://x/${SECRET}' }]
  for (const patch of patches) {
    await expect(ben.trpc.servers.update.mutate({ id, patch })).rejects.toThrow('administrators')
  }
  const found = await ben.trpc.adding.read.mutate({
    text: '{"mcpServers":{"x":{"url":"http://x/${SECRET}"}}}',
  })
  expect(found.entries.flatMap(({ reads }) => reads)).toEqual([])
  await expect(ada.trpc.servers.create.mutate(program)).resolves.toMatchObject({ type: 'STDIO' })
  await expect(ada.trpc.servers.create.mutate(reader)).resolves.toMatchObject({ shared: false })
})

/** What is answered there, in all but the time. */
async function knock(url: string, key?: string) {
  const response = await fetch(url, {
    method: url.endsWith('sse') ? 'GET' : 'POST',
    ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
  })
  const headers = [...response.headers].filter(([name]) => name !== 'date')
  return { status: response.status, headers, text: await response.text() }
}

function remote(name: string) {
  return { name, type: 'STREAMABLE_HTTP' as const, url: 'http://127.0.0.1:9/mcp' }
}

/** An answer as it comes, whatever it says. */
async function textOf(
  core: TempCore,
  person: TempPerson,
  [path, input]: readonly [string, unknown],
): Promise<string> {
  expect(proceduresOf(core.router).has(path)).toBe(true)
  return (await ask(core, { path, input, headers: person.headers })).text
}
