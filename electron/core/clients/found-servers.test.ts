import { expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { openTempAccounts } from '../testing/temp-accounts.ts'
import { openTempHome } from '../testing/temp-home.ts'
import { freeName } from './server-names.ts'

const { command, args = [] } = echoServer()
const FILES = {
  '.cursor/mcp.json': JSON.stringify({
    mcpServers: {
      'git hub': { command: 'gh-mcp', args: ['--token', 'abc'], env: { TOKEN: 'very-secret' } },
      echo: { command, args },
      linear: { url: 'http://127.0.0.1:9/mcp', headers: { 'X-Key': 'very-secret' } },
      metamcp: { url: 'http://127.0.0.1:1/metamcp/default/mcp' },
      nothing: { note: 'x' },
    },
  }),
  '.config/Claude/claude_desktop_config.json': JSON.stringify({
    mcpServers: { GitHub: { command: 'gh-mcp', args: ['--token', 'abc'] } },
  }),
  '.config/Code/User/mcp.json':
    '{ "servers": { // mine\n "asks": { "command": "x", "env": { "K": "${input:api-key}" } },' +
    ' "two": { "command": "two", "env": { "K": "${input:api-key}" } },' +
    ' "git-hub": { "command": "other", "args": ["${env:HOME}"] } } }',
  '.codex/config.toml':
    '[mcp_servers.old]\nurl = "http://127.0.0.1:3001/sse"\nenabled = false\n' +
    '[mcp_servers.more]\nurl = "http://127.0.0.1:9/more"\nbearer_token_env_var = "HOME"\n' +
    'env_http_headers = { "X-Home" = "HOME" }\nenabled_tools = ["one"]\nstartup_timeout_sec = 5\n' +
    '[mcp_servers.wrong]\ncommand = "x"\nargs = "nope"\n' +
    '[mcp_servers.bridge]\ncommand = "npx"\nargs = ["-y", "mcp-remote", "http://127.0.0.1:9/b"]\n',
  '.gemini/settings.json': JSON.stringify({
    mcpServers: {
      dollar: { command: 'dollar', env: { A: '$HOME' }, trust: true },
      two: { command: 'two' },
    },
  }),
  '.config/opencode/opencode.json': JSON.stringify({
    mcp: { local: { type: 'local', command: ['run', 'me'], environment: { A: '{env:B}' } } },
  }),
  '.config/goose/config.yaml':
    'extensions:\n  fetch:\n    type: stdio\n    cmd: uvx\n    args: [f]\n',
  '.kiro/settings/mcp.json': '{ "mcpServers": {',
}

async function find({ admin }: TempCore) {
  const { servers, clients } = await admin.clients.findServers.query()
  return { clients, named: new Map(servers.map((server) => [server.name, server])) }
}

test('finds the servers of all clients, doubles once, and imports them with their secrets', async () => {
  await using home = await openTempHome()
  await home.put(FILES)
  await using core = await startTempCore({ machine: home.machine })
  const { clients, named } = await find(core)
  expect(JSON.stringify([...named.values()])).not.toContain('very-secret')
  expect([...named.keys()].sort()).toEqual(
    [
      ...['asks', 'bridge', 'dollar', 'echo', 'fetch', 'git hub', 'git-hub', 'linear', 'local'],
      ...['more', 'nothing', 'old', 'two', 'wrong'],
    ].sort(),
  )
  expect(named.get('git hub')).toMatchObject({
    newName: 'git-hub',
    runs: 'gh-mcp --token ••••••••',
    envNames: ['TOKEN'],
    problem: null,
    foundIn: [
      { clientId: 'cursor', entry: 'git hub' },
      { clientId: 'claude-desktop', entry: 'GitHub' },
    ],
  })
  expect(named.get('git-hub')).toMatchObject({ newName: 'git-hub-2', runs: 'other ${HOME}' })
  expect(named.get('asks')?.problem).toContain('It asks for "api-key" when it starts.')
  expect(named.get('nothing')?.problem).toBe('It has neither a command nor a URL.')
  expect(named.get('old')).toMatchObject({ type: 'STREAMABLE_HTTP', enabled: false, leftOut: [] })
  // As when it is pasted: what is meant is taken over, and what is not is told.
  expect(named.get('more')).toMatchObject({ headerNames: ['X-Home'], leftOut: ['enabled_tools'] })
  // Of two that are one, the one that asks for nothing.
  expect(named.get('two')).toMatchObject({ problem: null, foundIn: [{}, {}] })
  expect(named.get('wrong')?.problem).toBe('"args" must be a list of texts.')
  expect(named.get('bridge')).toMatchObject({ type: 'STREAMABLE_HTTP', problem: null })
  expect(named.get('dollar')).toMatchObject({ envNames: ['A'], leftOut: ['trust'] })
  expect(named.get('local')).toMatchObject({ runs: 'run me', envNames: ['A'] })
  expect(named.get('fetch')).toMatchObject({ runs: 'uvx f' })
  expect(clients.find(({ id }) => id === 'kiro')?.problem).toMatch(/line 1/)

  const idOf = (name: string) => named.get(name)?.id ?? ''
  const [namespace] = await core.admin.namespaces.list.query()
  const namespaceId = namespace?.id ?? ''
  await expect(
    core.admin.clients.importServers.mutate({ ids: [idOf('echo'), idOf('asks')], namespaceId }),
  ).rejects.toThrow('asks')
  expect(await core.admin.servers.list.query()).toEqual([])

  const ids = ['git hub', 'echo', 'linear', 'more', 'bridge'].map(idOf)
  const imported = await core.admin.clients.importServers.mutate({ ids, namespaceId })
  expect(imported).toMatchObject([
    { name: 'git-hub', renamedFrom: 'git hub', foundIn: [{}, { clientName: 'Claude Desktop' }] },
    { name: 'echo', renamedFrom: null },
    { name: 'linear' },
    { name: 'more' },
    { name: 'bridge' },
  ])
  const servers = await core.admin.servers.list.query()
  expect(servers.find(({ name }) => name === 'git-hub')?.envNames).toEqual(['TOKEN'])
  const members = (await core.admin.namespaces.list.query())[0]?.servers
  expect(members).toHaveLength(5)
  expect(servers.find(({ name }) => name === 'more')).toMatchObject({
    ...{ hasBearerToken: true, headerNames: ['X-Home'], startTimeoutMs: 5_000 },
  })

  // From now on they are here, and can be taken out there.
  const again = await find(core)
  expect(again.named.get('echo')?.here).toBe('echo')
  const { clients: views } = await core.admin.clients.list.query()
  expect(views.find(({ id }) => id === 'cursor')?.imported).toEqual([
    { entry: 'git hub', server: 'git-hub' },
    { entry: 'echo', server: 'echo' },
    { entry: 'linear', server: 'linear' },
  ])
})

test.for([
  ['github', 'github'],
  ['my server (new)', 'my-server-new'],
  ['_x__y_', 'x_y'],
  ['Caf\u00e9', 'Cafe'],
  ['\u670d\u52a1\u5668', 'server'],
  ['taken', 'taken-2'],
  ['TAKEN', 'TAKEN-2'],
  ['a'.repeat(40), 'a'.repeat(32)],
])('%s becomes %s', ([name = '', expected]) => {
  expect(freeName(name, new Set(['taken']))).toBe(expected)
})

test('of what an account keeps to itself an administrator is told nothing', async () => {
  await using home = await openTempHome()
  const url = 'http://127.0.0.1:9/mcp'
  const file = (entries: object) => JSON.stringify({ mcpServers: entries })
  await home.put({ '.cursor/mcp.json': file({ linear: { url }, diary: { url: `${url}/2` } }) })
  await using core = await startTempCore({ auth: 'accounts', machine: home.machine })
  const { ada, ben } = await openTempAccounts(core)
  const own = { name: 'diary', type: 'STREAMABLE_HTTP', url } as const
  await ben.trpc.servers.create.mutate(own)
  const namespace = await ben.trpc.namespaces.create.mutate({ name: 'own', servers: [] })
  const endpoint = await ben.trpc.endpoints.create.mutate({
    ...{ name: 'own', namespaceId: namespace.id },
  })
  const { key } = await ben.trpc.apiKeys.create.mutate({ name: 'ben' })
  const { address } = endpoint
  const info = { name: 'cursor-vscode' }
  const asBen = { ...core, key }
  await using _client = await openRawClient(asBen, { endpoint: address, info, era: 'legacy' })

  const cursorOf = async (trpc: TempCore['admin']) => {
    const { clients } = await trpc.clients.list.query()
    const { seen, imported } = clients.find(({ id }) => id === 'cursor') ?? {}
    return { isSeen: seen !== null, imported }
  }
  const imported = [{ entry: 'linear', server: 'diary' }]
  expect(await cursorOf(core.admin)).toEqual({ isSeen: true, imported })
  expect(await cursorOf(ada.trpc)).toEqual({ isSeen: false, imported: [] })
  const { servers } = await ada.trpc.clients.findServers.query()
  expect(servers.map(({ name, newName, here }) => ({ name, newName, here }))).toEqual([
    { name: 'linear', newName: 'linear', here: null },
    { name: 'diary', newName: 'diary', here: null },
  ])
  // Each is imported for the instance, under its name.
  const ids = servers.map(({ id }) => id)
  await expect(ben.trpc.clients.importServers.mutate({ ids, namespaceId: null })).rejects.toThrow(
    'an administrator',
  )
  const made = await ada.trpc.clients.importServers.mutate({ ids, namespaceId: null })
  expect(made.map(({ name }) => name)).toEqual(['linear', 'diary'])
  for (const { serverId } of made) {
    expect(await ada.trpc.servers.get.query({ id: serverId })).toMatchObject({ ownerId: null })
  }
})
