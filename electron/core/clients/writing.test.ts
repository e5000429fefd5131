import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { getuid } from 'node:process'
import { expect, test } from 'vitest'
import { openTestAiClients, type TestAiClients } from '../testing/temp-ai-clients.ts'
import { openTempHome } from '../testing/temp-home.ts'

const CURSOR = '.cursor/mcp.json'

async function connect(clients: TestAiClients, clientId: string, removeServers: string[] = []) {
  const input = { clientId, endpointId: 'e', removeServers }
  const { fingerprint } = await clients.preview(input)
  return clients.connect({ ...input, fingerprint })
}

async function clientOf(clients: TestAiClients, id: string) {
  return (await clients.list()).clients.find((client) => client.id === id)
}

test('does not touch a broken file, and says which line', async () => {
  await using home = await openTempHome()
  const broken = '{\n  "mcpServers": {\n    "a": {}\n    "b": {}\n  }\n}'
  await home.put({ [CURSOR]: broken, '.codex/config.toml': 'b = 1\na = \n' })
  const clients = await openTestAiClients(home.machine)
  expect(await clientOf(clients, 'cursor')).toMatchObject({
    state: 'broken',
    problem: { line: 4, reason: 'a "," is missing' },
  })
  await expect(connect(clients, 'cursor')).rejects.toThrow(
    '~/.cursor/mcp.json cannot be read (line 4): a "," is missing. It was not touched.',
  )
  await expect(connect(clients, 'codex')).rejects.toThrow('~/.codex/config.toml cannot be read (')
  expect(await home.read(CURSOR)).toBe(broken)
  expect(await readdir(home.path('.cursor'))).toEqual(['mcp.json'])
})

test('refuses text that it would not give back: other encodings, servers of another shape', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: '', '.kiro/settings/mcp.json': '{ "mcpServers": [1] }' })
  await writeFile(home.path(CURSOR), Buffer.from('\uFEFF{}', 'utf16le'))
  const clients = await openTestAiClients(home.machine)
  await expect(connect(clients, 'cursor')).rejects.toThrow('it is not UTF-8 text')
  await expect(connect(clients, 'kiro')).rejects.toThrow('"mcpServers" is not an object')
})

test('says that a file is locked', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: '{}' })
  await chmod(home.path(CURSOR), 0o444)
  // Nothing is locked for root; a folder in the file's place is for everyone.
  const isRoot = getuid?.() === 0
  if (isRoot) await mkdir(home.path('.kiro/settings/mcp.json'), { recursive: true })
  const clients = await openTestAiClients(home.machine)
  expect(await clientOf(clients, isRoot ? 'kiro' : 'cursor')).toMatchObject({ state: 'locked' })
  await expect(connect(clients, isRoot ? 'kiro' : 'cursor')).rejects.toThrow('It was not touched.')
})

test('writes through links; a file that it made goes again, with its folder', async () => {
  await using home = await openTempHome()
  await home.put({ 'dotfiles/cursor.json': '{}' })
  await mkdir(home.path('.cursor'))
  await symlink(home.path('dotfiles/cursor.json'), home.path(CURSOR))
  await mkdir(home.path('.kiro'))
  const clients = await openTestAiClients(home.machine)
  await connect(clients, 'cursor')
  expect(await home.read('dotfiles/cursor.json')).toContain('metamcp')
  expect(await readdir(home.path('dotfiles'))).toEqual(['cursor.json'])
  expect(await readdir(home.path('.cursor'))).toHaveLength(2)

  const { connectionId } = await connect(clients, 'kiro')
  expect(await home.read('.kiro/settings/mcp.json')).toContain('metamcp')
  await clients.undo(connectionId)
  expect(await readdir(home.path('.kiro'))).toEqual([])
})

test('takes out the entries it is told to, and no others', async () => {
  await using home = await openTempHome()
  const file =
    '{\n  "mcpServers": {\n    "a": { "url": "http://a" }, // one\n    "b": {},\n    "c": {}\n  }\n}\n'
  await home.put({ [CURSOR]: file })
  const clients = await openTestAiClients(home.machine)
  const preview = await clients.preview({
    ...{ clientId: 'cursor', endpointId: 'e', removeServers: ['a', 'c'] },
  })
  expect(preview.before).toBe('"mcpServers": {\n  "a": { … },\n  "b": { … },\n  "c": { … },\n}\n')
  expect(preview.after).not.toContain('"a"')
  const { connectionId } = await connect(clients, 'cursor', ['a', 'c'])
  expect(await home.read(CURSOR)).toMatch(
    /^\{\n {2}"mcpServers": \{\n {4}"b": \{\},\n {4}"metamcp": \{/,
  )
  await clients.undo(connectionId)
  expect(await home.read(CURSOR)).toBe(file)
})

test('an entry of another MetaMCP is seen, and replaced in its place', async () => {
  await using home = await openTempHome()
  const url = 'http://localhost:8080/metamcp/work/mcp'
  await home.put({ [CURSOR]: JSON.stringify({ mcpServers: { mine: { url }, z: {} } }) })
  const clients = await openTestAiClients(home.machine)
  expect(await clientOf(clients, 'cursor')).toMatchObject({
    state: 'elsewhere',
    address: 'localhost:8080',
  })
  await connect(clients, 'cursor')
  const { mcpServers } = JSON.parse(await home.read(CURSOR)) as { mcpServers: object }
  expect(Object.keys(mcpServers)).toEqual(['mine', 'z'])
  expect(await clientOf(clients, 'cursor')).toMatchObject({ state: 'configured' })
})

test('only the last of several writings can be undone, one after the other', async () => {
  await using home = await openTempHome()
  await home.put({ [CURSOR]: '{}\n' })
  const clients = await openTestAiClients(home.machine)
  const first = await connect(clients, 'cursor')
  const second = await connect(clients, 'cursor')
  await expect(clients.undo(first.connectionId)).rejects.toThrow('Undo that first.')
  await clients.undo(second.connectionId)
  await clients.undo(first.connectionId)
  expect(await home.read(CURSOR)).toBe('{}\n')
  await expect(clients.undo(first.connectionId)).rejects.toThrow('undone already')
})

test('snippets and links hold what a client needs', async () => {
  await using home = await openTempHome()
  const clients = await openTestAiClients(home.machine)
  const claude = await clients.snippet({ clientId: 'claude-code', endpointId: 'e' })
  expect(claude.pieces[0]).toMatchObject({ language: 'bash', file: null })
  expect(claude.pieces[0]?.text).toMatch(
    /^claude mcp add --transport http --scope user metamcp http:\/\/127\.0\.0\.1:12008\/metamcp\/default\/mcp --header "Authorization: Bearer sk_mt_0+"$/,
  )
  expect(claude.pieces[1]).toMatchObject({ language: 'json', file: '~/.claude.json' })
  const any = await clients.snippet({ clientId: null, endpointId: 'e' })
  expect(JSON.parse(any.pieces[0]?.text ?? '')).toHaveProperty('mcpServers.metamcp.url')

  const { url } = await clients.link({ clientId: 'cursor', endpointId: 'e' })
  const config = new URL(url).searchParams.get('config') ?? ''
  expect(JSON.parse(Buffer.from(config, 'base64').toString())).toMatchObject({
    headers: { Authorization: expect.stringMatching(/^Bearer sk_mt_/) as string },
  })
  const code = await clients.link({ clientId: 'vscode', endpointId: 'e' })
  const [, named = ''] = code.url.split('?')
  expect(code.url).toMatch(/^vscode:mcp\/install\?/)
  expect(JSON.parse(decodeURIComponent(named))).toMatchObject({ name: 'metamcp', type: 'http' })
})
