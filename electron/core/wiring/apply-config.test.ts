import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyConfig, applyConfigFile } from './apply-config.ts'
import { parseConfigFile } from '../config-file.ts'
import { openTempStores, someServer, type TempStores } from '../testing/temp-stores.ts'

const KEY = `sk_mt_${'a1'.repeat(32)}`

const FILE = {
  mcpServers: {
    local: { command: 'npx', args: ['it'], env: { KEY: '${KEY}' }, start: 'eager' },
    remote: { url: 'https://example.com/mcp', bearerToken: 'secret' },
    old: { type: 'sse', url: 'https://example.com/sse' },
  },
  namespaces: {
    work: {
      servers: ['remote', { name: 'local', enabled: false }],
      tools: { local__echo: { name: 'say' }, remote__a__b: { enabled: false } },
    },
  },
  endpoints: { work: { namespace: 'work', auth: { queryParam: true } } },
  apiKeys: { ci: { key: KEY, endpoints: ['work'] } },
}

const apply = (stores: TempStores, file: object) =>
  applyConfig({
    file: parseConfigFile(JSON.stringify(file), { KEY: 'value' }),
    stores,
    db: stores.db,
    modulesIn: null,
    approve: true,
  })

const everything = ({
  servers,
  namespaces,
  endpoints,
  apiKeys,
}: Omit<TempStores, 'db' | 'removals' | 'told' | 'reopen' | typeof Symbol.asyncDispose>) => [
  servers.list(),
  namespaces.list(),
  endpoints.list(),
  apiKeys.list(),
]

test('what a file names is created', async () => {
  await using stores = await openTempStores()
  const applied = await apply(stores, FILE)
  expect(applied.map(({ kind, name, change }) => `${change} ${kind} ${name}`)).toEqual([
    'created server local',
    'created server remote',
    'created server old',
    'created namespace work',
    'created endpoint work',
    'created api-key ci',
  ])
  const { servers, namespaces, endpoints, apiKeys } = stores
  expect(servers.byName('local')).toMatchObject({
    type: 'STDIO',
    env: { KEY: '${KEY}' },
    start: 'eager',
  })
  expect(servers.byName('remote')).toMatchObject({ type: 'STREAMABLE_HTTP', bearerToken: 'secret' })
  expect(servers.byName('old')).toMatchObject({ type: 'SSE', enabled: true })
  const local = servers.byName('local')?.id
  const remote = servers.byName('remote')?.id
  expect(namespaces.byName('work')?.servers).toEqual([
    { serverId: remote, enabled: true, newTools: null },
    { serverId: local, enabled: false, newTools: null },
  ])
  const rules = namespaces.byName('work')?.tools
  expect(rules).toHaveLength(2)
  expect(rules).toContainEqual(
    expect.objectContaining({ serverId: local, tool: 'echo', name: 'say' }),
  )
  expect(rules).toContainEqual(
    expect.objectContaining({ serverId: remote, tool: 'a__b', enabled: false }),
  )
  const namespaceId = namespaces.byName('work')?.id
  expect(endpoints.byName('work')).toMatchObject({
    namespaceId,
    prefix: true,
    auth: { apiKey: true, queryParam: true },
  })
  expect(apiKeys.verify(KEY)).toMatchObject({
    name: 'ci',
    endpoints: [endpoints.byName('work')?.id],
  })
  expect(stores.told.map(({ kind }) => kind).sort()).toEqual(
    applied.map(({ kind }) => kind as string).sort(),
  )
  expect(everything(await stores.reopen())).toEqual(everything(stores))
})

test('the same file again changes nothing and tells nobody', async () => {
  await using stores = await openTempStores()
  await apply(stores, FILE)
  const before = everything(stores)
  stores.told.length = 0
  expect(await apply(stores, FILE)).toEqual([])
  expect(everything(stores)).toEqual(before)
  expect(stores.told).toEqual([])
})

test('a named field wins, and everything that is not named stays', async () => {
  await using stores = await openTempStores()
  await apply(stores, FILE)
  const { servers, namespaces, endpoints, apiKeys } = stores
  const idOf = (store: { byName(name: string): { id: string } | undefined }, name: string) =>
    store.byName(name)?.id ?? ''
  await servers.create(someServer('unnamed'))
  const localId = idOf(servers, 'local')
  await servers.update(localId, {
    description: 'mine',
    enabled: false,
    start: 'lazy',
    env: { KEY: 'mine', MORE: 'x' },
  })
  const workId = idOf(namespaces, 'work')
  const members = ['local', 'unnamed', 'remote'].map((name) => ({ serverId: idOf(servers, name) }))
  await namespaces.update(workId, { description: 'mine', servers: members })
  await namespaces.setTool(workId, { serverId: localId, tool: 'echo', title: 'Mine', name: 'mine' })
  await namespaces.setTool(workId, { serverId: localId, tool: 'other', enabled: false })
  await endpoints.update(idOf(endpoints, 'work'), { prefix: false, auth: { apiKey: false } })
  await apiKeys.update(idOf(apiKeys, 'ci'), { enabled: false, endpoints: 'all' })

  const applied = await apply(stores, FILE)
  expect(applied.map(({ kind, name, change }) => `${change} ${kind} ${name}`)).toEqual([
    'updated server local',
    'updated namespace work',
    'updated api-key ci',
  ])
  expect(servers.byName('local')).toMatchObject({
    description: 'mine',
    enabled: false,
    start: 'eager',
    env: { KEY: '${KEY}' },
  })
  expect(servers.byName('local')).not.toHaveProperty('env.MORE')
  expect(servers.byName('unnamed')).toBeDefined()
  const work = namespaces.get(workId)
  expect(work).toMatchObject({
    description: 'mine',
    servers: [{ enabled: true }, { enabled: false }],
  })
  expect(work?.tools.find(({ tool }) => tool === 'echo')).toMatchObject({
    title: 'Mine',
    name: 'say',
  })
  expect(work?.tools.find(({ tool }) => tool === 'other')).toMatchObject({ enabled: false })
  expect(endpoints.byName('work')).toMatchObject({
    prefix: false,
    auth: { apiKey: false, queryParam: true },
  })
  expect(apiKeys.byName('ci')).toMatchObject({
    enabled: false,
    endpoints: [idOf(endpoints, 'work')],
  })
})

test('a server can become one of another type; a bare url keeps the type it has', async () => {
  await using stores = await openTempStores()
  await apply(stores, FILE)
  const { id } = stores.servers.byName('local') ?? {}
  const url = 'https://example.com/new'
  await apply(stores, { mcpServers: { local: { url }, old: { url }, remote: { command: 'run' } } })
  expect(stores.servers.byName('local')).toMatchObject({ id, type: 'STREAMABLE_HTTP', url })
  expect(stores.servers.byName('local')).not.toHaveProperty('command')
  expect(stores.servers.byName('old')).toMatchObject({ type: 'SSE', url })
  expect(stores.servers.byName('remote')).toMatchObject({ type: 'STDIO', command: 'run', env: {} })
})

test('two tools can swap their names', async () => {
  await using stores = await openTempStores()
  const named = (a: string, b: string) => ({
    mcpServers: { s: { command: 'x' } },
    namespaces: { n: { servers: ['s'], tools: { s__a: { name: a }, s__b: { name: b } } } },
  })
  await apply(stores, named('x', 'y'))
  await apply(stores, named('y', 'x'))
  const names = stores.namespaces.byName('n')?.tools.map(({ tool, name }) => `${tool}=${name}`)
  expect(names).toEqual(['a=y', 'b=x'])
})

test.each<[string, object, string]>([
  [
    'an unknown name',
    { endpoints: { e: { namespace: 'nope' } } },
    'endpoints.e.namespace: there is no namespace named "nope"',
  ],
  [
    'a name for two tools',
    { namespaces: { n: { servers: ['s'], tools: { s__a: { name: 'x' }, s__b: { name: 'x' } } } } },
    'namespaces.n: The tools "a" and "b" cannot both be named "x"',
  ],
  [
    'a server twice in a namespace',
    { namespaces: { n: { servers: ['s', 's'] } } },
    'namespaces.n.servers[1].serverId: is in the list already',
  ],
  [
    'one key under two names',
    { apiKeys: { a: { key: KEY }, b: { key: KEY } } },
    'apiKeys.b: This key is the one of the API key "a" already.',
  ],
])('nothing is applied on %s', async (_, file, mistake) => {
  await using stores = await openTempStores()
  const good = { mcpServers: { s: { command: 'x' } } }
  await expect(apply(stores, { ...good, ...file })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining(`The config file is not valid:\n  ${mistake}`) as string,
  })
  expect(everything(stores)).toEqual([[], [], [], []])
  expect(everything(await stores.reopen())).toEqual([[], [], [], []])
  expect(stores.told).toEqual([])
})

test('the file that the start names is read, if it names one', async () => {
  await using stores = await openTempStores()
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-config-'))
  const start = (configFile: string | null) =>
    applyConfigFile({ config: { configFile, env: { KEY: 'x' } }, stores, db: stores.db })
  const file = join(folder.path, 'metamcp.json')
  expect(await start(null)).toEqual([])
  await expect(start(file)).rejects.toThrow(`The config file "${file}" cannot be read: ENOENT`)
  await writeFile(file, JSON.stringify(FILE))
  expect(await start(file)).toHaveLength(6)
})
