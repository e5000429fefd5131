import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accessOf } from '../access.ts'
import type { Found } from '../../../shared/add-server.ts'
import type { NewServer } from '../../../shared/server.ts'
import { addingParts } from '../testing/adding-parts.ts'
import {
  CLAUDE_CODE,
  CLAUDE_DESKTOP,
  CODEX,
  CURSOR,
  GEMINI,
  VSCODE,
  WINDSURF,
} from '../testing/client-files.ts'
import { foundLines } from '../testing/found-lines.ts'
import { openAdding } from './adding.ts'

const OPERATOR = accessOf({ kind: 'local' })
const ENV = { HOME: '/home/ada', GH_TOKEN: 'of-the-environment', LOCAL_KEY: 'of-here' }

function open() {
  const created: NewServer[] = []
  const adding = openAdding({
    ...{ env: ENV, takenNames: () => [], isOwnUrl: () => false, ...addingParts() },
    create: (_, servers) => {
      created.push(...servers)
      return Promise.resolve(servers.map(({ name }) => name))
    },
  })
  return { adding, created }
}

/** What is made of a file when all that can be used is added, with a value for each need. */
async function importAll(text: string): Promise<{ found: Found; made: NewServer[] }> {
  const { adding, created } = open()
  const found = adding.readText(OPERATOR, text)
  const choices = found.entries
    .filter(({ definition }) => definition !== null)
    .map(({ key, willBeCalled, needs }) => ({
      key,
      name: willBeCalled,
      values: Object.fromEntries(needs.map(({ id }) => [id, `given-${id}`])),
    }))
  await adding.add(OPERATOR, { token: found.token ?? '', choices, namespaceId: null })
  return { found, made: created }
}

const FILES: [client: string, text: string, format: Found['format'], lines: string[]][] = [
  [
    'Claude Desktop',
    CLAUDE_DESKTOP,
    'mcp-servers',
    [
      'filesystem: npx -y @modelcontextprotocol/server-filesystem /home/ada/Desktop',
      'brave-search: npx -y @modelcontextprotocol/server-brave-search',
      'broken! line 14: "args" must be a list of texts',
    ],
  ],
  [
    'Claude Code',
    CLAUDE_CODE,
    'mcp-servers',
    [
      'github: STREAMABLE_HTTP https://api.githubcopilot.com/mcp',
      'github-2: gh-mcp',
      'events: SSE ‹BASE›/sse',
      'broken! line 17: needs a "command" or a "url"',
    ],
  ],
  [
    'Cursor',
    CURSOR,
    'mcp-servers',
    [
      'postgres: uvx postgres-mcp --access-mode=restricted',
      'linear: STREAMABLE_HTTP https://mcp.linear.app/mcp',
      'old-way: SSE https://example.com/sse',
      'broken! line 12: is no server: it must be an object',
    ],
  ],
  [
    'VS Code',
    VSCODE,
    'vscode',
    [
      'playwright: npx -y @microsoft/mcp-server-playwright',
      'perplexity: docker run -i --rm -e PERPLEXITY_API_KEY mcp/perplexity-ask',
      'docs: STREAMABLE_HTTP https://learn.microsoft.com/api/mcp',
      'broken! line 15: "env" must be an object of texts',
    ],
  ],
  [
    'Windsurf',
    WINDSURF,
    'windsurf',
    [
      'figma: STREAMABLE_HTTP https://mcp.figma.com/mcp',
      'memory: npx -y @modelcontextprotocol/server-memory',
      'broken! line 8: "url" must be an http or https URL without user and password',
    ],
  ],
  [
    'Codex',
    CODEX,
    'codex',
    [
      'context7: npx -y @upstash/context7-mcp',
      'my-figma: STREAMABLE_HTTP https://mcp.figma.com/mcp',
      'later: later',
      'broken! line 32: "command" must be a text',
    ],
  ],
  [
    'Gemini CLI',
    GEMINI,
    'gemini',
    [
      'git: uvx mcp-server-git',
      'github: STREAMABLE_HTTP https://api.githubcopilot.com/mcp/',
      'stream: STREAMABLE_HTTP http://localhost:8080/sse',
      'broken! line 15: needs a "command" or a "url"',
    ],
  ],
]

test.each(FILES)('reads the file of %s: all but the broken entry', async (...given) => {
  const [, text, format, lines] = given
  const { found, made } = await importAll(text)
  expect(foundLines(found)).toEqual(lines)
  expect(found.format).toBe(format)
  expect(made).toHaveLength(lines.length - 1)
})

test('what else clients say of a server is taken over, with references as references', async () => {
  const made = new Map<string, NewServer>()
  for (const [client, text] of FILES) {
    for (const server of (await importAll(text)).made) made.set(`${client}/${server.name}`, server)
  }
  expect(made.get('Claude Desktop/brave-search')).toMatchObject({
    env: { BRAVE_API_KEY: 'BSA-the-key' },
  })
  expect(made.get('Claude Code/github')).toMatchObject({
    headers: { Authorization: 'Bearer ${GH_TOKEN}' },
  })
  expect(made.get('Cursor/postgres')).toMatchObject({ env: { DATABASE_URI: '${HOME}/socket' } })
  expect(made.get('VS Code/perplexity')).toMatchObject({
    env: { PERPLEXITY_API_KEY: 'given-perplexity-key' },
  })
  expect(made.get('Windsurf/memory')).toMatchObject({ enabled: false })
  expect(made.get('Windsurf/figma')).toMatchObject({ headers: { 'X-Team': 'design' } })
  expect(made.get('Codex/context7')).toMatchObject({
    env: { LOCAL_KEY: '${LOCAL_KEY}', MEMORY_FILE: 'notes.json' },
  })
  expect(made.get('Codex/my-figma')).toMatchObject({
    bearerToken: '${GH_TOKEN}',
    headers: { 'X-Figma-Region': 'us-east-1', 'X-Key': '${LOCAL_KEY}' },
  })
  expect(made.get('Codex/later')).toMatchObject({ enabled: false })
  expect(made.get('Gemini CLI/git')).toMatchObject({
    cwd: './repo',
    env: { API_KEY: '${LOCAL_KEY}', LEVEL: '$5 a month' },
  })
  expect(made.get('Gemini CLI/github')).toMatchObject({
    headers: { Authorization: 'Bearer ${GH_TOKEN}' },
  })
})

test('what means nothing here is told by the name of its field, and how long a start may take is kept', async () => {
  const told = new Map<string, string[]>()
  for (const [client, text] of FILES) {
    for (const { name, leftOut } of open().adding.readText(OPERATOR, text).entries) {
      if (leftOut.length > 0) told.set(`${client}/${name}`, leftOut)
    }
  }
  expect(Object.fromEntries(told)).toEqual({
    'Cursor/postgres': ['envFile'],
    'VS Code/perplexity': ['envFile', 'dev'],
    'VS Code/docs': ['oauth.callbackPort'],
    'Windsurf/memory': ['disabledTools'],
    'Codex/context7': ['enabled_tools'],
    'Gemini CLI/git': ['timeout', 'includeTools'],
  })
  const codex = await importAll(CODEX)
  expect(codex.made[0]).toMatchObject({ name: 'context7', startTimeoutMs: 20_000 })
})

test.for([
  [{ command: 'x', url: 'https://example.com/mcp' }, ['command']],
  [
    { command: 'x', headers: { A: 'b' }, disabled: 'true', idleMs: 'soon' },
    ['headers', 'disabled', 'idleMs'],
  ],
  [
    { command: 'x', type: 'ws', enabled_tools: [], tools: ['*'], trust: false, timeout: null },
    ['type', 'enabled_tools'],
  ],
  [{ url: 'https://example.com/mcp', env: { A: 'b' }, oauth: 'yes' }, ['env', 'oauth']],
  [{ command: 'x', startup_timeout_sec: 'long' }, ['startup_timeout_sec']],
] as [object, string[]][])('of %j it is told that %j mean nothing', ([entry, expected]) => {
  const [found] = open().adding.readText(OPERATOR, JSON.stringify(entry)).entries
  expect(found?.leftOut).toEqual(expected)
})

test('NUL can neither pass for a gap nor, in a description, keep others from being added', async () => {
  const entries = {
    gap: { command: 'npx', args: ['\0rm\0'] },
    described: { command: 'npx', description: 'a\0b' },
    good: { command: 'npx' },
  }
  const { found, made } = await importAll(JSON.stringify({ mcpServers: entries }))
  expect(foundLines(found)).toEqual([
    'gap! line 1: must not hold NUL',
    'described: npx',
    'good: npx',
  ])
  expect(made.map(({ description }) => description)).toEqual(['ab', undefined])
})

test('of several commands, one that cannot be taken over does not spoil the others', async () => {
  const text = 'npx memo\nnpx one && rm -rf /\nuvx mcp-server-fetch'
  const { found, made } = await importAll(text)
  expect(foundLines(found)).toEqual([
    'memo: npx memo',
    'line-2! it is refused: MetaMCP starts programs without a shell, so "&&" is not possible',
    'fetch: uvx mcp-server-fetch',
  ])
  expect(made.map(({ name }) => name)).toEqual(['memo', 'fetch'])
})

test('a name that appears twice spoils its own entry alone', () => {
  const text =
    '{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y", "args": [], "args": []}}}'
  expect(foundLines(open().adding.readText(OPERATOR, text))).toEqual([
    'a: x',
    'b! mcpServers.b.args: appears twice, again at line 1, column 74',
  ])
  const both = '{"mcpServers": {"a": {"command": "x"}}, "mcpServers": {"b": {"command": "y"}}}'
  expect(foundLines(open().adding.readText(OPERATOR, both))).toEqual([
    '! This cannot be read: mcpServers: appears twice, again at line 1, column 41.',
  ])
})

/** Entries as nobody should write them: any JSON, and servers whose fields hold any JSON. */
const fields = ['command', 'args', 'env', 'url', 'headers', 'type', 'cwd', 'bearerToken'] as const
const odd = fc.oneof(
  fc.jsonValue(),
  fc.record(Object.fromEntries(fields.map((field) => [field, fc.jsonValue()])), {
    requiredKeys: [],
  }),
  fc.record({ command: fc.string().map((text) => `npx ${text}`) }),
  fc.record({ url: fc.webUrl({ withQueryParameters: true, withFragments: true }) }),
)

test('no entry whatsoever spoils the others', () => {
  const { adding } = open()
  fc.assert(
    fc.property(fc.string(), odd, (name, entry) => {
      const [good, other] = [{ command: 'npx', args: ['good'] }, { url: 'https://example.com/mcp' }]
      const servers = Object.entries({ 'the-first': good, [name]: entry, 'the-last': other })
      const mcpServers = Object.fromEntries(servers) as object
      const found = adding.readText(OPERATOR, JSON.stringify({ mcpServers }))
      const lines = foundLines(found)
      expect(lines).toContain('the-first: npx good')
      expect(lines).toContain('the-last: STREAMABLE_HTTP https://example.com/mcp')
      expect(found.entries).toHaveLength(Object.keys(mcpServers).length)
    }),
    { numRuns: 500 },
  )
})
