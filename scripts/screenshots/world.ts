import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { App } from '../../electron/e2e/open-app.ts'

const root = resolve(import.meta.dirname, '../..')
const ECHO = resolve(root, 'electron/core/testing/echo-server.ts')
const bin = (name: string) => resolve(root, 'node_modules/.bin', name)

/** How long servers may take to tell what they have, and how often they are asked, in ms. */
const PATIENCE_MS = 120_000
const ASK_MS = 200

/** Names as people have them, for as many servers as a picture is to show. */
const NAMES =
  'everything memory filesystem github stripe linear postgres sentry notion playwright slack figma supabase vercel neon resend cloudflare-docs brave-search context7 jira confluence gitlab bitbucket puppeteer redis mongodb elastic grafana datadog pagerduty twilio sendgrid mailgun shopify hubspot salesforce zendesk intercom airtable asana trello monday todoist obsidian spotify youtube maps weather fetch time'.split(
    ' ',
  )

type Entry = Record<string, unknown>

/** A config file for a world of that many servers, of which one does not start. */
export function fileOf(count: number): object {
  const names = NAMES.slice(0, count)
  const servers = Object.fromEntries(names.map((name, index) => [name, entryOf(name, index)]))
  return {
    mcpServers: servers,
    namespaces: {
      default: { servers: names, ...(count > 0 && { middleware: MIDDLEWARE }) },
      ...(count > 0 && { work: { servers: names.filter((_, index) => index % 3 === 0) } }),
    },
    endpoints: {
      default: { namespace: 'default' },
      ...(count > 0 && { work: { namespace: 'work' } }),
    },
  }
}

const MIDDLEWARE = [
  { use: 'redact', kinds: ['secrets', 'emails'] },
  { use: 'limit-time', ms: 60_000 },
  { use: 'cache', seconds: 60 },
  { use: 'log-call' },
]

function entryOf(name: string, index: number): Entry {
  if (name === 'everything') return { command: bin('mcp-server-everything'), start: 'eager' }
  if (name === 'memory') return { command: bin('mcp-server-memory') }
  if (name === 'filesystem') return { command: bin('mcp-server-filesystem'), args: [root] }
  if (name === 'stripe') return { command: 'stripe-mcp', args: ['--tools=all'], start: 'eager' }
  const tools = TOOLS.map(([verb, words]) => ({
    name: `${verb}_${name.replaceAll('-', '_')}`,
    description: words.replace('{}', name),
    inputSchema: SCHEMA,
    annotations: { readOnlyHint: verb === 'search' || verb === 'get' },
  }))
  const options = { name, bare: true, extraTools: tools.slice(0, 2 + (index % 5)) }
  const isOff = index > 40
  return { command: process.execPath, args: [ECHO, JSON.stringify(options)], enabled: !isOff }
}

const TOOLS = [
  ['search', 'Finds things in {} by words, newest first.'],
  ['get', 'Reads one thing of {} by its id.'],
  ['create', 'Makes something new in {}.'],
  ['update', 'Changes something in {}; fields that are not named stay.'],
  ['delete', 'Removes something from {} for good.'],
  ['list', 'Lists what {} has.'],
] as const

const SCHEMA = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 2, description: 'What to look for' },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
  required: ['query'],
}

/** The files of AI clients on the person's computer. */
export const CLIENT_FILES: Record<string, string> = {
  '.cursor/mcp.json': `{
  // Mine
  "mcpServers": {
    "github": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-github"], "env": { "GITHUB_TOKEN": "ghp_secret" } }
  }
}
`,
  '.config/Claude/claude_desktop_config.json': '{\n  "mcpServers": {}\n}\n',
  '.config/Code/User/mcp.json': '{\n  "servers": {}\n}\n',
  '.codex/config.toml': '# Codex\nmodel = "o4"\n',
}

/** Resolves once every server has told what it has, or why it cannot. */
export async function untilKnown({ admin }: App): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (Date.now() < end) {
    const servers = await admin.servers.list.query()
    const isKnown = servers.every(
      ({ enabled, toolCount, state, error }) =>
        !enabled || (state !== 'starting' && (toolCount !== null || error !== null)),
    )
    if (isKnown) return
    await pause(ASK_MS)
  }
  throw new Error('The servers of the pictures did not tell what they have.')
}

/** Lets two clients call a few tools, as they would on a quiet morning. */
export async function makeCalls({ admin, url }: App): Promise<void> {
  const { key } = await admin.apiKeys.create.mutate({ name: 'cursor' })
  await admin.apiKeys.create.mutate({ name: 'ci' })
  for (const [name, version] of [
    ['cursor-vscode', '2.1.0'],
    ['claude-ai', '1.4.2'],
  ] as const) {
    const client = new Client({ name, version })
    const requestInit = { headers: { authorization: `Bearer ${key}` } }
    const transport = new StreamableHTTPClientTransport(new URL(`${url}/metamcp/default/mcp`), {
      requestInit,
    })
    await client.connect(transport as Parameters<Client['connect']>[0])
    const { tools } = await client.listTools()
    for (const tool of [
      'everything__echo',
      'everything__get-sum',
      'memory__read_graph',
      'memory__read_graph',
    ]) {
      if (!tools.some((one) => one.name === tool)) continue
      const input = { message: 'hello', a: 1, b: 2 }
      await client.callTool({ name: tool, arguments: input }).catch(() => undefined)
    }
    await client
      .callTool({ name: 'github__search_github', arguments: { query: 'bug' } })
      .catch(() => undefined)
  }
}
