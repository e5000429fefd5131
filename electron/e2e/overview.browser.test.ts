import { expect, test } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const FILE = configFileOf([
  echoServer({ name: 'github', tools: 3 }),
  { type: 'STDIO', name: 'stripe', command: 'no-such-command' },
])

async function clientOf({ url, admin }: App) {
  const { key } = await admin.apiKeys.create.mutate({ name: 'the client' })
  return connectLegacy(new URL(`${url}/metamcp/default/mcp`), key)
}

for (const { place, title } of PLACES) {
  test(`what needs the person, who calls and how it went are told as it happens, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    await app.goTo('/overview')
    await page.getByRole('button', { name: 'Leave this' }).click()
    await page.getByRole('heading', { name: 'No calls yet.' }).waitFor()
    expect(await page.getByRole('img', { name: /^Calls over time/ }).count()).toBe(0)

    await using client = await clientOf(app)
    const { tools } = await client.listTools()
    const clients = page.getByRole('region', { name: 'Clients' })
    await clients.getByText(`now · sees ${tools.length} tools`).waitFor()
    for (let count = 0; count < 3; count++) {
      await client.callTool({ name: 'github__echo', arguments: { message: 'hello' } })
    }
    await client.callTool({ name: 'github__fail' })
    await clients.getByText('now · 4 calls').waitFor()

    // The same numbers wherever they are said.
    await page.getByText(/^4 calls\/min · 4 calls in 30 minutes · 1 failed · p95 \d+ ms$/).waitFor()
    await page.getByRole('contentinfo').getByText('4 calls/min').waitFor()
    await page
      .getByRole('img', { name: /^Calls over time: 4 calls\/min/ })
      .locator('svg')
      .first()
      .waitFor()
    const latest = page.getByRole('region', { name: 'Latest calls' })
    await latest.getByRole('row').filter({ hasText: 'it went wrong' }).waitFor()
    await latest
      .getByRole('row')
      .filter({ hasText: /test-client.*github__echo×3/ })
      .waitFor()
    const endpoints = page.getByRole('region', { name: 'Endpoints' })
    await endpoints.getByText(`${tools.length} tools`).waitFor()
    await endpoints.getByRole('button', { name: 'Copy URL of default' }).click()
    if (place === 'browser') {
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      expect(copied).toBe(`${app.url}/metamcp/default/mcp`)
    } else {
      // Nobody may read the clipboard in the app, so there its word counts.
      await endpoints.getByText('Copied', { exact: true }).first().waitFor({ state: 'attached' })
    }
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])

    await page.getByRole('button', { name: 'Show as table' }).click()
    await page
      .getByRole('region', { name: 'Calls', exact: true })
      .getByRole('cell')
      .first()
      .waitFor()

    // The way out is in the row that needs it.
    const needs = page.getByRole('region', { name: /^Needs you/ })
    await needs.getByText('no-such-command was not found').waitFor()
    await needs.getByRole('button', { name: 'Choose the command…: stripe' }).click()
    await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor()
    await page.getByRole('complementary', { name: 'stripe' }).waitFor()
  })

  test(`when nothing needs the person, one line says so, ${title}`, async () => {
    await using app = await openApp({ place, file: configFileOf([echoServer()]) })
    await using client = await clientOf(app)
    await client.callTool({ name: 'echo__echo', arguments: { message: 'hello' } })
    await app.goTo('/overview?minutes=180')
    await app.page.getByText('Everything works.').waitFor()
    await app.page.getByText(/1 call in 3 hours/).waitFor()
  })
}
