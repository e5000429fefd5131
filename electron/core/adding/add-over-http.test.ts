import { createTRPCClient, httpLink } from '@trpc/client'
import { strToU8, zipSync } from 'fflate'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AppRouter } from '../index.ts'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

const echo = echoServer({ tools: 2 })

// Starting one takes seconds of processor time, so the tests share it and each begins without servers.
let core: TempCore

beforeAll(async () => {
  core = await startTempCore({ registryUrl: 'http://127.0.0.1:9' })
})
afterAll(() => core[Symbol.asyncDispose]())
beforeEach(async () => {
  for (const { id } of await core.admin.servers.list.query()) {
    await core.admin.servers.delete.mutate({ id })
  }
})

async function defaultId(): Promise<string> {
  const [namespace] = await core.admin.namespaces.list.query()
  return namespace?.id ?? ''
}

test('a pasted snippet becomes servers that a client can call, all of them or none', async () => {
  const { adding, servers } = core.admin
  const { command, args } = echo
  const text = JSON.stringify({ mcpServers: { one: { command, args }, two: { command, args } } })
  const found = await adding.read.mutate({ text })
  const token = found.token ?? ''
  const namespaceId = await defaultId()
  const clash = adding.add.mutate({
    ...{ token, namespaceId },
    choices: [
      { key: '0', name: 'same' },
      { key: '1', name: 'same' },
    ],
  })
  await expect(clash).rejects.toThrow('A server named "same" exists already.')
  expect(await servers.list.query()).toEqual([])

  const ids = await adding.add.mutate({
    ...{ token, namespaceId },
    choices: found.entries.map(({ key, willBeCalled }) => ({ key, name: willBeCalled })),
  })
  expect((await servers.list.query()).map(({ id, name }) => [id, name])).toEqual([
    [ids[0], 'one'],
    [ids[1], 'two'],
  ])
  const client = await connectLegacy(core.mcpUrl(), core.key)
  const { tools } = await client.listTools()
  await client.close()
  expect(tools.map(({ name }) => name)).toContain('two__echo')
})

test('an unknown namespace leaves nothing behind', async () => {
  const { adding, servers } = core.admin
  const { token } = await adding.read.mutate({ text: 'npx memo' })
  const added = adding.add.mutate({
    token: token ?? '',
    choices: [{ key: '0', name: 'memo' }],
    namespaceId: 'nobody',
  })
  await expect(added).rejects.toThrow('There is no namespace')
  expect(await servers.list.query()).toEqual([])
})

test('a bundle of more than the usual 4 MB comes over HTTP and is unpacked', async () => {
  const { adding, servers } = core.admin
  const manifest = { name: 'big', server: { type: 'node', entry_point: 'index.js' } }
  const bytes = zipSync(
    {
      'manifest.json': strToU8(JSON.stringify(manifest)),
      'index.js': strToU8('1'),
      // Random, so that it stays as large as it is.
      'data.bin': crypto.getRandomValues(new Uint8Array(65_536)),
      'more.bin': new Uint8Array(6 * 1024 * 1024),
    },
    { level: 0 },
  )
  const found = await adding.readBundle.mutate(bytes)
  const [id = ''] = await adding.add.mutate({
    token: found.token ?? '',
    choices: [{ key: '0', name: 'big' }],
    namespaceId: null,
  })
  const view = await servers.get.query({ id })
  expect(await readFile(view.args?.[0] ?? '', 'utf8')).toBe('1')
  expect(await readdir(join(core.dataDir, 'bundles'))).toHaveLength(1)
})

test('nobody without the token may make us take up a large body', async () => {
  const stranger = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${core.url}/trpc/frontend` })],
  })
  const sent = stranger.adding.readBundle.mutate(new Uint8Array(1_000))
  await expect(sent).rejects.toThrow('Managing takes an account')
})

test('the registry is searched and a server of it added', async () => {
  const { adding, servers } = core.admin
  await adding.freshen.mutate()
  const { results } = await adding.search.query({ text: 'everything' })
  const found = await adding.readRegistry.mutate({ id: results[0]?.id ?? '' })
  expect(found.entries).toMatchObject([{ willBeCalled: 'everything', ticked: true }])
  await adding.add.mutate({
    token: found.token ?? '',
    choices: [{ key: '0', name: 'everything' }],
    namespaceId: null,
  })
  expect(await servers.list.query()).toMatchObject([
    { command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] },
  ])
  await expect
    .poll(async () => (await adding.search.query({ text: '' })).copy.problem)
    .toBe('The registry could not be reached.')
})
