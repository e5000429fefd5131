import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ServerInput } from '../../../shared/server.ts'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import { makeApiKey } from '../auth/api-key.ts'

const SERVERS: ServerInput[] = [
  {
    ...{ name: 'local', type: 'STDIO', command: 'run-me', enabled: false, description: 'mine' },
    args: ['-y', '@acme/pg@1.2', '--api-key', 'hidden-a1', '--dsn=hidden-b2'],
    env: { DATABASE_URL: 'hidden-c3', SHARED: 'hidden-d4', OWN: '${HOME}' },
  },
  { name: 'other', type: 'STDIO', command: 'run-me', enabled: false, env: { SHARED: 'hidden-e5' } },
  {
    ...{ name: 'remote', type: 'STREAMABLE_HTTP', enabled: false, isolation: 'session' },
    url: 'https://mcp.example/hidden/s/hJ8dkQ2lX9vB3nM7pR4t/mcp?token=hidden-f6&page=2',
    headers: { 'X-Team': 'hidden-g7', Authorization: 'Bearer ${HOME}' },
  },
  {
    ...{ name: 'old', type: 'SSE', enabled: false, url: 'https://old.example/sse' },
    bearerToken: 'hidden-h8',
    oauth: { clientId: 'c', clientSecret: 'hidden-i9' },
  },
]

/** Four servers, two namespaces with rules, three endpoints, two keys. */
async function fill({ admin }: TempCore): Promise<void> {
  const ids = new Map<string, string>()
  for (const server of SERVERS) {
    ids.set(server.name, (await admin.servers.create.mutate(server)).id)
  }
  const id = (name: string) => ids.get(name) ?? ''
  const servers = [{ serverId: id('remote') }, { serverId: id('local'), enabled: false }]
  const middleware = [{ use: 'redact', words: ['hidden-j0'] }]
  const work = await admin.namespaces.create.mutate({
    ...{ name: 'work', servers, enabled: false, middleware },
  })
  const rule = {
    serverId: id('local'),
    tool: 'a__b',
    name: 'say',
    annotations: { readOnlyHint: true },
  }
  await admin.namespaces.setTool.mutate({ id: work.id, patch: rule })
  const endpoint = await admin.endpoints.create.mutate({
    ...{ name: 'work', namespaceId: work.id, prefix: false },
    auth: { apiKey: false, queryParam: true },
  })
  await admin.apiKeys.create.mutate({
    name: 'old laptop',
    endpoints: [endpoint.id],
    enabled: false,
  })
}

/** Definitions by names alone, as two installations can be compared. */
async function named({ admin }: TempCore) {
  const [servers, namespaces, endpoints, apiKeys] = await Promise.all([
    admin.servers.list.query(),
    admin.namespaces.list.query(),
    admin.endpoints.list.query(),
    admin.apiKeys.list.query(),
  ])
  const names = new Map([...servers, ...namespaces, ...endpoints].map(({ id, name }) => [id, name]))
  const text = JSON.stringify([
    servers.map(({ id: _, error, ...server }) => ({ ...server, error: error?.slice(0, 0) })),
    namespaces.map(({ id: _, ...namespace }) => namespace),
    endpoints.map(({ id: _, ...endpoint }) => endpoint),
    apiKeys.map(({ id: _, hint: __, begins: ___, createdAt: ____, ...key }) => key),
  ])
  const shown = [...names].reduce((all, [id, name]) => all.replaceAll(id, name), text)
  return JSON.parse(shown) as unknown
}

test('an export holds no secret, and an import of it makes the same again', async () => {
  await using core = await startTempCore()
  await fill(core)
  const { text, references } = await core.admin.data.export.query()
  expect(text).not.toMatch(/hidden-|hJ8dkQ2lX9vB3nM7pR4t/)
  expect(references.toSorted()).toEqual([
    ...['DEFAULT_KEY', 'HOME', 'LOCAL_API_KEY', 'LOCAL_DATABASE_URL', 'LOCAL_DSN'],
    ...['OLD_CLIENT_SECRET', 'OLD_LAPTOP_KEY', 'OLD_TOKEN', 'OTHER_SHARED'],
    ...['REMOTE_PATH_3', 'REMOTE_TOKEN', 'REMOTE_X_TEAM', 'SHARED', 'WORK_WORD'],
  ])
  expect(text).toContain('"Bearer ${HOME}"')

  await using other = await startTempCore()
  const { checkImport } = other.admin.data
  const check = await checkImport.mutate({ text })
  expect(check.counts).toEqual({ servers: 4, namespaces: 2, endpoints: 2, keys: 2 })
  expect(check.missing).toHaveLength(11)
  expect(check.keysWithoutValue).toEqual(['default', 'old laptop'])
  const refused = other.admin.data.import.mutate({ text })
  await expect(refused).rejects.toThrow(/mcpServers\.local\.args\[3\]: The environment variable/)
  expect(await other.admin.servers.list.query()).toEqual([])

  const secrets = Object.fromEntries(check.missing.map((name) => [name, `value-of-${name}`]))
  const keys = { DEFAULT_KEY: makeApiKey(), OLD_LAPTOP_KEY: makeApiKey() }
  const values = { ...secrets, ...keys }
  const { applied, skippedKeys } = await other.admin.data.import.mutate({ text, values })
  expect(skippedKeys).toEqual([])
  expect(applied.filter(({ change }) => change === 'created')).toHaveLength(7)
  const url =
    'https://mcp.example/hidden/s/value-of-REMOTE_PATH_3/mcp?token=value-of-REMOTE_TOKEN&page=2'
  const expected = JSON.parse(
    JSON.stringify(await named(core))
      .replace(/https:\/\/mcp\.example[^"]*/, url)
      .replace('hidden-a1', 'value-of-LOCAL_API_KEY')
      .replace('hidden-b2', 'value-of-LOCAL_DSN')
      .replace('hidden-j0', 'value-of-WORK_WORD'),
  ) as unknown
  expect(await named(other)).toEqual(expected)
})

test('an import is all or nothing, leaves out keys on request, and clients follow at once', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer({ name: 'one' })]) })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const before = (await client.listTools()).tools.length
  const { data } = core.admin
  const { command, args } = echoServer() as { command: string; args: string[] }
  const apiKeys = { ci: { key: '${NOT_SET_ANYWHERE}' } }
  const good = JSON.stringify({ mcpServers: { two: { command, args } }, apiKeys })
  const wrong = JSON.stringify({
    mcpServers: { two: { command } },
    namespaces: { x: { servers: ['three'] } },
  })
  const namesPlace = 'namespaces.x.servers[0]: there is no server named "three"'
  await expect(data.import.mutate({ text: wrong })).rejects.toThrow(namesPlace)
  await expect(data.import.mutate({ text: '{"mcpServers": ' })).rejects.toThrow('line 1')
  await expect(data.import.mutate({ text: good })).rejects.toThrow('apiKeys.ci.key')
  expect(await core.admin.servers.list.query()).toHaveLength(1)
  const { applied, skippedKeys } = await data.import.mutate({
    text: good,
    keysWithoutValue: 'skip',
  })
  expect(skippedKeys).toEqual(['ci'])
  expect(applied.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'server two',
    'namespace default',
  ])
  const count = async () => (await client.listTools()).tools.length
  await expect.poll(count, { timeout: 10_000 }).toBe(2 * before)
})

test('a backup is made while clients call, and put back at the next start, once', async () => {
  await using core = await startTempCore({
    ...{ file: configFileOf([echoServer({ name: 'one' })]), database: 'embedded' },
  })
  const { dataDir, admin } = core
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  await admin.namespaces.create.mutate({ name: 'before' })
  const call = () => client.callTool({ name: 'one__echo', arguments: { text: 'x' } })
  const [backup] = await Promise.all([
    admin.data.backup.mutate(),
    ...Array.from({ length: 10 }, call),
    admin.namespaces.create.mutate({ name: 'while' }),
  ])
  expect(Date.now() - Date.parse(backup.at)).toBeLessThan(60_000)
  expect(backup.bytes).toBeGreaterThan(100_000)
  expect(await admin.data.backups.query()).toEqual([backup])
  await admin.namespaces.create.mutate({ name: 'after' })

  const unknown = admin.data.restore.mutate({ name: '../run.json' })
  await expect(unknown).rejects.toThrow('There is no backup called')
  expect(await admin.data.restore.mutate({ name: backup.name })).toEqual({ needsRestart: true })
  await admin.data.restore.mutate({ name: null })
  expect(await admin.data.info.query()).toMatchObject({ folder: dataDir, pendingRestore: null })
  await admin.data.restore.mutate({ name: backup.name })
  const info = await admin.data.info.query()
  expect(info.pendingRestore).toBe(backup.name)
  expect(info.bytes).toBeGreaterThan(backup.bytes)
  await core.close()

  const namesIn = async (one: TempCore) =>
    (await one.admin.namespaces.list.query()).map(({ name }) => name)
  await using second = await startTempCore({ dataDir, database: 'embedded' })
  const names = await namesIn(second)
  expect(names).toContain('before')
  expect(names).not.toContain('after')
  await second.admin.namespaces.create.mutate({ name: 'later' })
  await second.close()
  await using third = await startTempCore({ dataDir, database: 'embedded' })
  expect(await namesIn(third)).toContain('later')
})

test('a chosen backup that is damaged stops no start', async () => {
  await using core = await startTempCore({ database: 'embedded' })
  const { dataDir, admin } = core
  const { name } = await admin.data.backup.mutate()
  await admin.data.restore.mutate({ name })
  await admin.namespaces.create.mutate({ name: 'stays' })
  await core.close()
  await writeFile(join(dataDir, 'backups', name), 'not a backup')
  await using later = await startTempCore({ dataDir, database: 'embedded' })
  expect((await later.admin.namespaces.list.query()).map((one) => one.name)).toContain('stays')
  expect(await readdir(dataDir)).not.toContain('restore.json')
})
