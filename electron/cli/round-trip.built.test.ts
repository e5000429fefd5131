import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeApiKey } from '../core/auth/api-key.ts'
import { runCli } from '../core/testing/cli-process.ts'
import { startHeadless, type HeadlessProcess } from '../core/testing/headless-process.ts'

/** Set where the servers are imported: references to them stay references. */
const SET = { TEAM_TOKEN: 'hidden-team', GH_HOST: 'hidden-host' }

/** Thirty entries as the configurations of many clients have them, none of them started. */
const MIXED = {
  // Claude Desktop and Claude Code
  filesystem: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv'] },
  'brave search': { command: 'npx', args: ['-y', 'brave'], env: { BRAVE_API_KEY: 'hidden-1' } },
  github: { type: 'http', url: 'https://one.invalid/mcp', headers: { Authorization: 'hidden-2' } },
  events: { type: 'sse', url: 'https://two.invalid/sse', headers: { 'X-Key': 'hidden-3' } },
  registered: { type: 'http', url: 'https://three.invalid/mcp', oauth: { clientId: 'by-hand' } },
  // Cursor
  postgres: { command: 'uvx', args: ['pg', '--dsn=hidden-4'], env: { PGHOST: '${env:GH_HOST}' } },
  'one line': { command: 'npx -y memo --verbose' },
  bridge: { command: 'npx', args: ['-y', 'mcp-remote', 'https://four.invalid/mcp'] },
  'sign-in': {
    url: 'https://five.invalid/mcp',
    auth: { CLIENT_ID: 'c', CLIENT_SECRET: 'hidden-5', scopes: ['read', 'write'] },
  },
  // VS Code
  playwright: { type: 'stdio', command: 'npx', args: ['playwright'], gallery: true },
  docker: { type: 'stdio', command: 'docker', args: ['run', '-i', '-e', 'TEAM_TOKEN', 'mcp/a'] },
  // Windsurf
  figma: {
    serverUrl: 'https://six.invalid/mcp',
    headers: { 'X-Team': 'design', 'X-Key': 'hidden-6' },
  },
  disabled: { command: 'off', disabled: true, disabledTools: ['x'] },
  // Codex
  context7: { command: 'npx', args: ['ctx'], env_vars: ['TEAM_TOKEN'], startup_timeout_sec: 20 },
  bearer: { url: 'https://seven.invalid/mcp', bearer_token_env_var: 'TEAM_TOKEN' },
  'env headers': { url: 'https://eight.invalid/mcp', env_http_headers: { 'X-Key': 'TEAM_TOKEN' } },
  // Gemini CLI
  git: { command: 'uvx', args: ['git'], cwd: '/srv/repo', env: { API_KEY: '$TEAM_TOKEN' } },
  stream: { httpUrl: 'https://nine.invalid/mcp', headers: { Authorization: 'Bearer $TEAM_TOKEN' } },
  // Zed, opencode, Goose
  zed: { command: { path: 'zed-mcp', args: ['--stdio'], env: { ZED_TOKEN: 'hidden-7' } } },
  opencode: { type: 'local', command: ['bunx', 'oc'], environment: { OC_KEY: 'hidden-8' } },
  goose: { cmd: 'uvx', args: ['goose'], envs: { GOOSE_KEY: 'hidden-8' } },
  // Ours
  alone: { command: 'own', isolation: 'session', idleConnections: 3, start: 'lazy' },
  together: { command: 'own', isolation: 'shared', idleMs: 0, maxConnections: 5 },
  patient: { command: 'own', startTimeoutMs: 300_000, description: 'Takes “long”, \\ and ü' },
  token: { url: 'https://ten.invalid/mcp', bearerToken: 'hidden-9' },
  'bearer with more': { url: 'https://eleven.invalid/mcp', bearerToken: 'Bearer ${TEAM_TOKEN}' },
  // Names and texts that are awkward
  'ünïcode & spaces!!': { command: 'odd', args: ['', ' a  b ', '$HOME', '`x`', '"q"', '\\'] },
  much_longer__than_any_name_may_ever_be_here: { command: 'odd', env: { SAME: 'hidden-1' } },
  Filesystem: { command: 'odd', env: { BRAVE_API_KEY: 'hidden-10', 'with space': 'v' } },
  address: { url: 'https://twelve.invalid/s/hJ8dkQ2lX9vB3nM7pR4t/mcp?api_key=hidden-11&page=2' },
}

/** Imports all of it as a person does, into a namespace of its own, off: nothing is to be started. */
async function importMixed({ admin }: HeadlessProcess): Promise<void> {
  const namespace = await admin.namespaces.create.mutate({ name: 'mixed', description: 'All' })
  const servers = Object.entries(MIXED).map(([name, entry]) => [name, { ...entry, disabled: true }])
  const text = JSON.stringify({ mcpServers: Object.fromEntries(servers) as object })
  const { token, entries } = await admin.adding.read.mutate({ text })
  expect(entries.filter(({ problem }) => problem !== null)).toEqual([])
  const choices = entries.map(({ key, willBeCalled: name }) => ({ key, name }))
  const namespaceId = namespace.id
  await admin.adding.add.mutate({ token: token ?? '', choices, namespaceId, approve: true })
}

/** Rules of every kind on what was imported. */
async function curate({ admin }: HeadlessProcess): Promise<void> {
  const all = await admin.servers.list.query()
  expect(all).toHaveLength(30)
  const idOf = (name: string) => all.find((server) => server.name === name)?.id ?? ''
  const [mixed] = (await admin.namespaces.list.query()).filter(({ name }) => name === 'mixed')
  const id = mixed?.id ?? ''
  const [git, zed] = [idOf('git'), idOf('zed')]
  await admin.namespaces.setTools.mutate({
    id,
    patches: [
      { serverId: git, tool: 'log__all', name: 'history', annotations: { readOnlyHint: true } },
      { serverId: git, tool: 'push', enabled: false },
      { serverId: zed, tool: 'open', title: 'Open', description: 'Opens' },
    ],
  })
  await admin.namespaces.setItems.mutate({
    id,
    patches: [
      { serverId: git, kind: 'prompt', item: 'commit', name: 'message' },
      { serverId: git, kind: 'resource', item: 'file:///srv/a', enabled: false },
      { serverId: zed, kind: 'template', item: 'zed://{path}', title: 'A file' },
    ],
  })
  const patch = {
    newTools: 'ask' as const,
    changedTools: 'block' as const,
    middleware: [
      { use: 'limit-time', ms: 60_000 },
      { use: 'limit-size', enabled: false, characters: 10_000 },
    ],
  }
  await admin.namespaces.update.mutate({ id, patch })
  const endpoint = await admin.endpoints.create.mutate({
    ...{ name: 'mixed', namespaceId: id, prefix: false, description: 'For all' },
    auth: { apiKey: true, queryParam: true },
    discovery: { mode: 'auto', aboveTokens: 9_000, pinned: [{ serverId: git, tool: 'log__all' }] },
    rateLimit: { perMinute: 600, perClientPerMinute: null },
  })
  await admin.apiKeys.create.mutate({ name: 'of mixed', endpoints: [endpoint.id], enabled: false })
}

test('what was imported is exported, applied to an empty folder and exported again, byte by byte', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-round-'))
  const first = join(folder.path, 'first.json')
  const references = await exportImported(first, join(folder.path, 'source'))
  const text = await readFile(first, 'utf8')
  expect(text).not.toMatch(/hidden-|hJ8dkQ2lX9vB3nM7pR4t/)
  expect(Object.keys((JSON.parse(text) as { mcpServers: object }).mcpServers)).toHaveLength(30)
  const values = references
    .filter((name) => !Object.hasOwn(SET, name))
    .map((name) => [name, isOfKey(text, name) ? makeApiKey() : `sk-${name}-hJ8dkQ2lX9vB3nM7pR4t`])
  const env = { ...SET, ...(Object.fromEntries(values) as Record<string, string>) }

  // Into a folder that nobody runs on.
  const at = ['--data-dir', join(folder.path, 'empty')]
  const applied = await runCli(['apply', first, ...at], { env })
  expect(applied).toMatchObject({ code: 0, stderr: '' })
  expect(applied.stdout.split('\n').filter((line) => line.startsWith('created'))).toHaveLength(36)
  const second = join(folder.path, 'second.json')
  expect(await runCli(['export', second, ...at])).toMatchObject({ code: 0 })
  expect(await readFile(second, 'utf8')).toBe(text)

  // And again, as what changes nothing.
  const again = await runCli(['apply', second, ...at], { env })
  expect(again).toMatchObject({ code: 0, stdout: 'Nothing changed: all of it is so already.\n' })

  // Over a MetaMCP that runs, which knows some of the values and stores the others.
  const dataDir = join(folder.path, 'other')
  await using _other = await startHeadless({ dataDir, env: SET })
  const live = ['--data-dir', dataDir]
  expect(await runCli(['apply', first, ...live], { env })).toMatchObject({ code: 0 })
  const third = await runCli(['export', ...live])
  expect(third.stdout).toBe(text)
})

/** Imports the servers into a MetaMCP that runs, and exports it; names of all references. */
async function exportImported(file: string, dataDir: string): Promise<string[]> {
  await using source = await startHeadless({ dataDir, env: SET })
  await importMixed(source)
  await curate(source)
  const { code, stderr } = await runCli(['export', file, '--data-dir', dataDir])
  expect(code).toBe(0)
  return /^Set where you apply it: (.*)$/m.exec(stderr)?.[1]?.split(', ') ?? []
}

/** Whether a reference stands for an API key. */
function isOfKey(text: string, name: string): boolean {
  const { apiKeys } = JSON.parse(text) as { apiKeys: Record<string, { key: string }> }
  return Object.values(apiKeys).some(({ key }) => key === `\${${name}}`)
}
