import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { parseJsonc } from '../core/jsonc.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const { command, args } = echoServer()
const CURSOR = `{
  // mine
  "mcpServers": {
    "github": { "command": "gh-mcp", "env": { "TOKEN": "very-secret" } },
    "echo": ${JSON.stringify({ command, args })} // keep
  }
}
`
const homeFiles = {
  '.cursor/mcp.json': CURSOR,
  '.codex/config.toml': 'model = "x"\n',
  '.kiro/settings/mcp.json': '{ "mcpServers": { "a": {} "b": {} } }',
}
const file = {
  mcpServers: { echo: { command, args } },
  namespaces: { default: { servers: ['echo'] } },
  endpoints: { default: { namespace: 'default' } },
}

// Where there is no browser yet, this installs one.
beforeAll(() => openChromium(thisMachine()), 600_000)

describe.for([...PLACES])('connecting clients $title', ({ place }) => {
  test('Cursor: shown, written, seen, called, taken back', async () => {
    await using app = await openApp({ place, file, homeFiles })
    const { page } = app
    await app.goTo('/connect')
    const pane = page.getByRole('complementary', { name: 'Cursor' })
    const diff = pane.getByRole('region', { name: 'What changes in the file' })
    await diff.getByText('"metamcp"').waitFor()
    expect(await page.content()).not.toContain('very-secret')
    // The page is the same in both.
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])

    await pane.getByRole('checkbox', { name: /Remove the entry you imported/ }).check()
    await diff.getByText('"echo"').and(page.locator('[data-kind="removed"]')).waitFor()
    await page.keyboard.press('ControlOrMeta+Enter')
    await pane.getByText(/^Written/).waitFor()
    const written = parseJsonc(readCursor(app), '') as { mcpServers: Record<string, Entry> }
    expect(Object.keys(written.mcpServers)).toEqual(['github', 'metamcp'])
    expect(readdirSync(join(app.home, '.cursor')).join()).toMatch(/mcp\.json\.metamcp-.*\.bak/)
    await page.getByRole('row', { name: /^Cursor Configured/ }).waitFor()

    await using client = await connectAs('cursor-vscode', written.mcpServers['metamcp'])
    const { tools } = await client.listTools()
    await pane.getByText(`sees ${tools.length} tools`).waitFor()
    await client.callTool({ name: 'echo__echo', arguments: { message: 'hello', text: 'hello' } })
    await pane.getByText('Cursor has called a tool.').waitFor()
    await page.getByRole('row', { name: /^Cursor Connected/ }).waitFor()

    await pane.getByRole('button', { name: 'Undo' }).click()
    await pane.getByRole('button', { name: /^Connect Cursor/ }).waitFor()
    expect(readCursor(app)).toBe(CURSOR)
  }, 60_000)

  test('what was changed since is not overwritten, what is broken not touched', async () => {
    await using app = await openApp({ place, file, homeFiles })
    const { page } = app
    await app.goTo('/connect?selected=cursor')
    const button = page.getByRole('button', { name: /^Connect Cursor/ })
    await page.getByText('Backup: mcp.json.metamcp-').waitFor()
    writeFileSync(join(app.home, '.cursor/mcp.json'), '{}\n')
    await button.click()
    await page.getByText('The file changed after this preview.').waitFor()
    await page.getByRole('button', { name: 'Show again' }).click()
    await page.getByText('The file changed after this preview.').waitFor({ state: 'detached' })
    await button.click()
    await page.getByText(/^Written/).waitFor()
    await page.getByRole('button', { name: 'Disconnect Cursor' }).click()
    await page.getByText('Cursor is disconnected. Its key is off.').waitFor()
    await page.keyboard.press('ControlOrMeta+z')
    await page.getByText(/^Written/).waitFor()

    await page.getByRole('row', { name: /^Kiro/ }).click()
    await page.getByText(/cannot be read \(line 1\): a "," is missing/).waitFor()
    expect(readFileSync(join(app.home, '.kiro/settings/mcp.json'), 'utf8')).toBe(
      homeFiles['.kiro/settings/mcp.json'],
    )
  }, 60_000)
})

type Entry = { url: string; headers: Record<string, string> }

function readCursor(app: App): string {
  return readFileSync(join(app.home, '.cursor/mcp.json'), 'utf8')
}

async function connectAs(name: string, entry: Entry | undefined) {
  const client = new Client({ name, version: '1' })
  const url = new URL(entry?.url ?? '')
  const requestInit = { headers: { ...entry?.headers } }
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}
