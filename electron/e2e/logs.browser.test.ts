import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const SECRET = 'sk-of-the-server'
const FILE = configFileOf([
  echoServer(
    { name: 'github', stderr: `\u001b[32mGET /search 200\u001b[0m with ${SECRET}` },
    { env: { TOKEN: SECRET } },
  ),
  echoServer({
    name: 'postgres',
    stderr: Array.from({ length: 60 }, (_, n) => `line ${n}`).join('\n'),
  }),
])

const rowsOf = (page: Page) => page.getByRole('grid', { name: 'Logs' }).getByRole('row')

async function serverId({ admin }: App, name: string) {
  const servers = await admin.servers.list.query()
  return servers.find((server) => server.name === name)?.id ?? ''
}

for (const { place, title } of PLACES) {
  test(`the log is followed, narrowed, unfolded and copied, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    await app.goTo('/logs')
    const rows = rowsOf(page)
    await rows.filter({ hasText: 'line 59' }).waitFor()

    // A text, a pattern, and what is none.
    const filter = page.getByPlaceholder('Text or /pattern/')
    await filter.fill('get /SEARCH')
    const github = rows.filter({ hasText: 'GET /search 200 with •••' })
    await github.first().waitFor()
    await expect.poll(() => rows.filter({ hasText: 'line 5' }).count()).toBe(0)
    await filter.fill('/line 1[0-3]$/')
    await expect.poll(() => rows.filter({ hasText: /line 1/ }).count()).toBeGreaterThanOrEqual(4)
    await filter.fill('no such thing')
    await page.getByText('Nothing contains “no such thing”.').waitFor()
    await page.getByRole('button', { name: 'Clear filter' }).click()

    // Of one server; its address can be sent to somebody.
    await page.getByRole('button', { name: 'Servers', exact: true }).click()
    await page.getByRole('menuitemcheckbox', { name: 'github' }).click()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('menu').count()).toBe(0)
    await expect.poll(() => rows.filter({ hasText: 'line 59' }).count()).toBe(0)
    expect(page.url()).toContain(`servers=${await serverId(app, 'github')}`)

    // A line of its own is copied whole, by keys alone.
    const grid = page.getByRole('grid', { name: 'Logs' })
    await github.first().waitFor()
    await grid.focus()
    await page.keyboard.press('Home')
    await expect
      .poll(() =>
        rows
          .filter({ has: page.locator('time') })
          .first()
          .getAttribute('aria-selected'),
      )
      .toBe('true')
    await page.keyboard.press('ControlOrMeta+c')
    await filter.focus()
    await page.keyboard.press('ControlOrMeta+v')
    await expect
      .poll(() => filter.inputValue())
      .toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (github|metamcp) /)
  })

  test(`who reads the log is not pushed away by what comes, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    await app.goTo('/logs')
    const rows = rowsOf(page)
    await rows.filter({ hasText: 'line 59' }).waitFor()
    await page.getByRole('grid', { name: 'Logs' }).focus()
    await page.keyboard.press('Home')
    const follow = page.getByRole('button', { name: 'Follow' })
    await follow.waitFor()
    const first = await rows.nth(1).textContent()
    await app.admin.servers.restart.mutate({ id: await serverId(app, 'postgres') })
    await page.getByRole('button', { name: /[1-9]\d* new · Follow/ }).waitFor()
    expect(await rows.nth(1).textContent()).toBe(first)
    await follow.click()
    await expect.poll(() => follow.count()).toBe(0)
    await expect.poll(() => rows.filter({ hasText: 'line 59' }).count()).toBeGreaterThan(0)

    // What a session is about unfolds below its line.
    await page.getByPlaceholder('Text or /pattern/').fill('failed')
    await app.admin.servers.update.mutate({
      ...{ id: await serverId(app, 'github'), patch: { command: 'no-such-command' } },
    })
    const failed = rows
      .filter({ hasText: 'a server failed: "no-such-command" was not found' })
      .first()
    await failed.getByRole('button', { name: /^Details of/ }).click()
    await failed.getByText('"delayMs"').waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await failed.getByRole('link', { name: 'github' }).click()
    await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor()
  })
}
