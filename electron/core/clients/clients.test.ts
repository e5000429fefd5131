import { chmod, stat } from 'node:fs/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { parseJsonc } from '../jsonc.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openLogLines } from '../testing/log-lines.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'
import { openTempHome, type TempHome } from '../testing/temp-home.ts'

const CURSOR = '.cursor/mcp.json'
const FILE = `{
  // mine
  "mcpServers": {
    "git hub": { "command": "gh-mcp", "args": ["x"], "env": { "TOKEN": "very-secret" } } // keep
  }
}
`

async function endpointId({ admin }: TempCore): Promise<string> {
  return (await admin.endpoints.list.query())[0]?.id ?? ''
}

async function connect(core: TempCore, clientId: string, removeServers: string[] = []) {
  const input = { clientId, endpointId: await endpointId(core), removeServers }
  const { fingerprint } = await core.admin.clients.preview.query(input)
  return core.admin.clients.connect.mutate({ ...input, fingerprint })
}

async function clientOf({ admin }: TempCore, id: string) {
  const { clients } = await admin.clients.list.query()
  return clients.find((client) => client.id === id)
}

async function keyNames({ admin }: TempCore): Promise<string[]> {
  return (await admin.apiKeys.list.query()).map(({ name }) => name)
}

type CursorFile = {
  mcpServers: Record<string, { url: string; headers: { Authorization: string } }>
}

async function cursorEntry(home: TempHome) {
  const { mcpServers } = parseJsonc(await home.read(CURSOR), '') as CursorFile
  return mcpServers['metamcp']
}

test('connects a client, sees it call, and gives the same bytes back', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: FILE })
  await chmod(home.path(CURSOR), 0o640)
  await using core = await startTempCore({ machine: home.machine })
  await core.admin.servers.create.mutate(echoServer())
  expect(await clientOf(core, 'cursor')).toMatchObject({
    state: 'not-connected',
    file: { shown: '~/.cursor/mcp.json', exists: true },
  })
  expect(await clientOf(core, 'codex')).toMatchObject({ state: 'not-found' })

  const preview = await core.admin.clients.preview.query({
    clientId: 'cursor',
    endpointId: await endpointId(core),
  })
  expect(JSON.stringify(preview)).not.toContain('very-secret')
  expect(preview.after).toContain('"Authorization": "Bearer ••••••••"')
  expect(await keyNames(core)).not.toContain('Cursor')

  const { connectionId, keyName } = await connect(core, 'cursor')
  expect(keyName).toBe('Cursor')
  const written = await home.read(CURSOR)
  expect(written.replace(/,( \/\/ keep)[^]*(\n {2}\}\n\}\n)$/, '$1$2')).toBe(FILE)
  expect((await stat(home.path(CURSOR))).mode & 0o777).toBe(0o640)
  expect(await clientOf(core, 'cursor')).toMatchObject({
    state: 'configured',
    endpoint: 'default',
    connection: { id: connectionId, changedAt: null },
  })

  // What was written is what a client needs.
  const entry = await cursorEntry(home)
  const client = new Client({ name: 'cursor-vscode', version: '1' })
  const headers = { ...entry?.headers }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(entry?.url ?? ''), { requestInit: { headers } }),
  )
  await client.listTools()
  await expect.poll(() => clientOf(core, 'cursor')).toMatchObject({ state: 'connected' })
  await client.close()

  await core.admin.clients.undo.mutate({ connectionId })
  expect(await home.read(CURSOR)).toBe(FILE)
  expect(await keyNames(core)).not.toContain('Cursor')
})

test('refuses what changed since it was shown, and an undo of what others changed', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: FILE })
  await using core = await startTempCore({ machine: home.machine })
  const input = { clientId: 'cursor', endpointId: await endpointId(core), removeServers: [] }
  const { fingerprint } = await core.admin.clients.preview.query(input)
  await home.put({ [CURSOR]: `${FILE}\n` })
  await expect(core.admin.clients.connect.mutate({ ...input, fingerprint })).rejects.toThrow(
    'The file changed after this preview.',
  )
  expect(await keyNames(core)).not.toContain('Cursor')

  const { connectionId } = await connect(core, 'cursor')
  const written = await home.read(CURSOR)
  await home.put({ [CURSOR]: written.replace('gh-mcp', 'gh-mcp2') })
  await expect(core.admin.clients.undo.mutate({ connectionId })).rejects.toThrow(
    'Undo is not possible: Cursor changed the file since.',
  )
  expect((await clientOf(core, 'cursor'))?.connection?.changedAt).toMatch(/^20/)
  const { after } = await core.admin.clients.difference.query({ connectionId })
  expect(after).not.toContain('metamcp')
})

test('disconnects, which can be undone as well; keys are off meanwhile', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: FILE })
  await using core = await startTempCore({ machine: home.machine })
  await connect(core, 'cursor')
  const connected = await home.read(CURSOR)
  const { connectionId } = await core.admin.clients.disconnect.mutate({ clientId: 'cursor' })
  expect(await home.read(CURSOR)).toBe(FILE)
  const keyOf = async () =>
    (await core.admin.apiKeys.list.query()).find(({ name }) => name === 'Cursor')
  expect(await keyOf()).toMatchObject({ enabled: false })
  await core.admin.clients.undo.mutate({ connectionId })
  expect(await home.read(CURSOR)).toBe(connected)
  expect(await keyOf()).toMatchObject({ enabled: true })
})

test('an undo outlives a restart, and a new port is written into connected clients', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: FILE })
  await using first = await startTempCore({ machine: home.machine })
  const { connectionId } = await connect(first, 'cursor')
  expect(first.movedClients).toEqual([])
  const before = await home.read(CURSOR)
  await first.close()
  const { log, lines } = openLogLines()
  await using second = await startTempCore({ machine: home.machine, dataDir: first.dataDir, log })
  expect(await home.read(CURSOR)).toBe(before.replace(first.url, second.url))
  expect(before).toContain('// mine')
  expect(second.movedClients).toEqual(['Cursor'])
  expect(lines.map(({ facts }) => facts)).toContainEqual({ clients: ['Cursor'], url: second.url })
  expect(await clientOf(second, 'cursor')).toMatchObject({ state: 'configured' })
  await second.admin.clients.undo.mutate({ connectionId })
  expect(await home.read(CURSOR)).toBe(FILE)
})

test('what leads to another MetaMCP since is left alone at a start, and corrected on request', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: FILE, '.claude.json': '{}' })
  await using first = await startTempCore({ machine: home.machine })
  await connect(first, 'cursor')
  await connect(first, 'claude-code')
  await first.close()
  const theirs = (await home.read(CURSOR)).replace(first.url, 'http://127.0.0.1:9')
  await home.put({ [CURSOR]: theirs, '.claude.json': '{ "broken' })
  await using second = await startTempCore({ machine: home.machine, dataDir: first.dataDir })
  expect(second.movedClients).toEqual([])
  expect(await home.read(CURSOR)).toBe(theirs)
  expect(await home.read('.claude.json')).toBe('{ "broken')
  expect(await clientOf(second, 'cursor')).toMatchObject({ state: 'elsewhere' })
  expect(await second.admin.clients.rewriteAddresses.mutate()).toEqual(['cursor'])
  expect((await cursorEntry(home))?.url).toBe(`${second.url}/metamcp/default/mcp`)
})

test('touches no file of a computer that is not its own', async () => {
  await using core = await startTempCore()
  const { platform, clients } = await core.admin.clients.list.query()
  expect(platform).toBeNull()
  expect(clients.length).toBeGreaterThan(24)
  await expect(connect(core, 'cursor')).rejects.toThrow('runs on another computer')
  const input = { clientId: 'claude-desktop', endpointId: await endpointId(core) }
  const { pieces, keyName } = await core.admin.clients.snippet.mutate(input)
  expect(keyName).toBe('Claude Desktop')
  expect(pieces[0]?.text).toContain('mcp-remote')
})
