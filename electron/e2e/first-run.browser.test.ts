import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

// Where there is no browser yet, this installs one.
beforeAll(() => openChromium(thisMachine()), 600_000)

const { command, args } = echoServer()
const { command: _, args: bare } = echoServer({ bare: true, name: 'other' })
const echo = { command, args }

const CURSOR = JSON.stringify({ mcpServers: { echo, broken: { args: 'no list' } } }, null, 2)
/** Three clients: two have the same server, one of them another, too. */
const homeFiles = {
  '.cursor/mcp.json': CURSOR,
  '.config/Code/User/mcp.json': JSON.stringify({ servers: { mine: echo } }),
  '.config/Claude/claude_desktop_config.json': JSON.stringify({
    mcpServers: { other: { command, args: bare, disabledTools: ['echo'] } },
  }),
}

describe.for([...PLACES])('the first run $title', ({ place }) => {
  test('from three files to the first call', { timeout: 120_000 }, async () => {
    await using app = await openApp({ place, homeFiles })
    const { page } = app
    page.setDefaultTimeout(25_000)
    const column = page.getByRole('region', { name: 'Your AI clients, one set of tools' })

    // What is there is found; doubles are one, what is broken says why.
    await column.getByText(/^Found 3 servers in/).waitFor()
    const list = column.getByRole('list', { name: 'Servers that were found' })
    await list.getByText(/in (Cursor and VS Code|VS Code and Cursor)/).waitFor()
    await list.getByText('Not taken over: disabledTools').waitFor()
    expect(await list.getByRole('checkbox', { name: 'broken' }).isDisabled()).toBe(true)
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    expect(await app.admin.servers.list.query()).toEqual([])
    await page.keyboard.press('ControlOrMeta+Enter')

    // Connecting: what is written is shown before.
    await column.getByRole('heading', { name: 'Connect your clients' }).waitFor()
    await column.getByRole('list', { name: 'Servers' }).getByText('Running').first().waitFor()
    await column
      .getByRole('region', { name: /What changes in .*mcp\.json/ })
      .getByText('metamcp')
      .first()
      .waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await column
      .getByRole('checkbox', { name: /take the entry you imported out of Cursor/ })
      .check()
    await column.getByRole('button', { name: 'Connect Cursor' }).click()

    // Three lines fill themselves.
    const lines = column.getByRole('list', { name: 'Cursor' })
    await lines.getByText(/^Cursor was set up at/).waitFor()
    const { mcpServers } = readCursor(app)
    expect(Object.keys(mcpServers)).toEqual(['broken', 'metamcp'])
    await using cursor = await connectAs('cursor-vscode', mcpServers['metamcp'])
    const { tools } = await cursor.client.listTools()
    await lines.getByText(`sees ${tools.length} tools`).waitFor()
    await column.getByText('Use the echo tool to say hello.').waitFor()

    await cursor.client.callTool({ name: 'echo__echo', arguments: { message: 'hello' } })
    await column.getByText(/^Cursor called echo__echo\. \d+ ms\. That is all\.$/).waitFor()
    await column.getByRole('button', { name: 'Close' }).click()
    await column.waitFor({ state: 'detached' })
  })
})

type Entry = { url: string; headers: Record<string, string> }

function readCursor({ home }: App): { mcpServers: Record<string, Entry> } {
  return JSON.parse(readFileSync(join(home, '.cursor/mcp.json'), 'utf8')) as ReturnType<
    typeof readCursor
  >
}

/** A client as it reads its own file. */
async function connectAs(name: string, entry: Entry | undefined) {
  if (!entry) throw new Error('The file has no entry of ours.')
  const client = new Client({ name, version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(entry.url), {
    requestInit: { headers: entry.headers },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  return { client, [Symbol.asyncDispose]: () => client.close() }
}
