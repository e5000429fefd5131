import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { connectLegacy } from '../core/testing/clients.ts'
import { openApp, PLACES } from './open-app.ts'

// Where there is no browser yet, this installs one.
beforeAll(() => openChromium(thisMachine()), 600_000)

/** As the server's own README shows it. */
const SNIPPET = `{
  "mcpServers": {
    "everything": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-everything"]
    }
  }
}`
const CURSOR = `{
  // My own servers.
  "mcpServers": {}
}
`

describe.for([...PLACES])("a newcomer's path $title", ({ place }) => {
  test('from a pasted snippet to Cursor', { timeout: 120_000 }, async () => {
    await using app = await openApp({ place, homeFiles: { '.cursor/mcp.json': CURSOR } })
    const { page } = app
    page.setDefaultTimeout(25_000)

    // Adds the test server by pasting what its README shows, and sees it turn green.
    await app.goTo('/servers?add=1')
    const drawer = page.getByRole('dialog', { name: 'Add server' })
    await drawer.getByRole('textbox', { name: /^Paste a snippet/ }).fill(SNIPPET)
    await drawer.getByText('npx -y @modelcontextprotocol/server-everything').first().waitFor()
    await page.keyboard.press('ControlOrMeta+Enter')
    const row = page.getByRole('row', { name: /everything/ })
    await row.getByText('Running').waitFor()

    // Curates a tool: another name, and one switched off.
    await app.goTo('/namespaces')
    const tree = page.getByRole('grid', { name: 'Tools of default' })
    await tree.getByRole('switch', { name: 'get-env on' }).click({ force: true })
    await tree.getByText('echo', { exact: true }).click()
    const pane = page.getByRole('complementary', { name: 'everything__echo' })
    await pane.getByRole('textbox', { name: 'Name' }).fill('say')
    await page.keyboard.press('ControlOrMeta+s')
    await page.getByRole('complementary', { name: 'say' }).waitFor()

    // Runs it in the inspector, under its new name.
    const [endpoint] = await app.admin.endpoints.list.query()
    await app.goTo(`/inspector?target=endpoint:${endpoint?.id}&item=say`)
    await page.getByRole('textbox', { name: 'message' }).fill('hello from the window')
    await page.keyboard.press('ControlOrMeta+Enter')
    await page.getByText('Echo: hello from the window').first().waitFor()

    // Makes a key, which is shown once, and works.
    await app.goTo('/keys?new=1')
    await page.getByRole('textbox', { name: /^Name/ }).fill('laptop')
    await page.keyboard.press('Enter')
    const shown = page.getByText(/^sk_mt_\w{64}$/)
    const key = (await shown.innerText()).trim()
    await using client = await connectLegacy(new URL(`${app.url}/metamcp/default/mcp`), key)
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('say')
    expect(names).not.toContain('everything__get-env')

    // Connects Cursor, and sees its configuration file.
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'I have it' }).click()
    await app.goTo('/connect?selected=cursor')
    await page.getByRole('button', { name: /^Connect Cursor/ }).click()
    await page.getByText(/^Written/).waitFor()
    const written = readFileSync(join(app.home, '.cursor/mcp.json'), 'utf8')
    expect(written).toContain('// My own servers.')
    expect(written).toContain(`"url": "${app.url}/metamcp/default/mcp"`)
    expect(written).toMatch(/"Authorization": "Bearer sk_mt_\w{64}"/)
  })
})
