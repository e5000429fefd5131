import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const FILE = configFileOf([echoServer({ name: 'github' })])

const rowsOf = (page: Page) => page.getByRole('grid', { name: 'Calls' }).getByRole('row')

async function connect({ admin, url }: App) {
  const { key } = await admin.apiKeys.create.mutate({ name: `flow ${Date.now()}` })
  return connectLegacy(new URL(`${url}/metamcp/default/mcp`), key)
}

async function choose(page: Page, what: string, option: string) {
  await page.getByRole('combobox', { name: what }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

for (const { place, title } of PLACES) {
  test(`calls appear as they are made, are narrowed, and tell what went wrong, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    await app.goTo('/calls')
    await page.getByText('No calls in the last 24 hours').waitFor()
    await page.getByRole('button', { name: 'Connect a client' }).waitFor()
    await using client = await connect(app)
    const rows = rowsOf(page)
    for (let count = 0; count < 3; count++) {
      await client.callTool({ name: 'github__echo', arguments: { message: 'hi' } })
    }
    await rows.filter({ hasText: 'github__echo' }).filter({ hasText: '×3' }).waitFor()
    await client.callTool({ name: 'github__fail', arguments: {} })
    const failed = rows.filter({ hasText: 'it went wrong' })
    await failed.waitFor()

    // By keys alone: from the filter to the call, and back.
    await choose(page, 'Outcome', 'Failed')
    await expect.poll(() => rows.count()).toBe(2)
    expect(page.url()).toContain('outcome=failed')
    await page.getByRole('grid', { name: 'Calls' }).focus()
    await page.keyboard.press('ArrowDown')
    const pane = page.getByRole('complementary', { name: 'Call' })
    await pane.getByRole('heading', { name: 'github__fail' }).waitFor()
    await pane.getByText('it went wrong').waitFor()
    await pane.getByText('Not recorded.').first().waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect.poll(() => pane.count()).toBe(0)

    // Who reads is not pushed away by what comes.
    await page.getByPlaceholder('Tool, client, error').fill('wrong')
    await rows.nth(1).hover()
    await client.callTool({ name: 'github__fail', arguments: {} })
    await page.getByRole('button', { name: '1 new' }).click()
    await rows.filter({ hasText: '×2' }).waitFor()
    await page.getByPlaceholder('Tool, client, error').fill('no such words')
    await page.getByText('Last 24 h: nothing fits.').waitFor()
    await page.getByRole('button', { name: 'Clear filter' }).click()
    await rows.filter({ hasText: 'github__echo' }).waitFor()

    // Counted by tool, and back to the calls of one.
    await page.getByRole('radiogroup', { name: 'Show' }).getByText('By tool').click()
    const tools = page.getByRole('grid', { name: 'By tool' })
    await tools
      .getByRole('row')
      .filter({ hasText: 'github__echo' })
      .filter({ hasText: '3' })
      .waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Show calls over time as a table' }).click()
    const table = page.getByRole('region', { name: 'Calls over time' })
    expect(await table.getByRole('row').count()).toBeGreaterThan(1)
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await tools.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    // Of one name alone, each call has a line.
    await expect.poll(() => rows.filter({ hasText: 'github__echo' }).count()).toBe(3)
    await expect.poll(() => rows.filter({ hasText: 'github__fail' }).count()).toBe(0)
  })

  test(`a call is recorded from now on, and tried again by hand, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    await using client = await connect(app)
    await client.callTool({ name: 'github__echo', arguments: { message: 'before' } })
    await app.goTo('/calls')
    const rows = rowsOf(page)
    await rows.filter({ hasText: 'github__echo' }).click()
    const pane = page.getByRole('complementary', { name: 'Call' })
    await pane.getByRole('button', { name: 'Record from now on' }).first().click()
    await page.getByText('What calls of default ask and answer is recorded now').waitFor()
    await client.callTool({ name: 'github__echo', arguments: { message: 'the words' } })
    await client.callTool({ name: 'github__add', arguments: { a: 1, b: 2 } })
    await page.mouse.move(5, 5)
    await rows.filter({ hasText: 'github__add' }).waitFor()
    await rows.filter({ hasText: 'github__echo' }).click()
    await expect
      .poll(() => pane.getByRole('region', { name: 'Arguments' }).textContent())
      .toContain('the words')
    await pane.getByRole('region', { name: 'Result' }).getByText('the words').first().waitFor()
    await pane.getByRole('button', { name: 'Replay in inspector' }).click()
    await page.getByRole('heading', { level: 1, name: 'Inspector' }).waitFor()
    await expect
      .poll(() =>
        page
          .getByRole('textbox', { name: /message/i })
          .first()
          .inputValue(),
      )
      .toBe('the words')
    // It runs nothing by itself.
    const { calls } = await app.admin.calls.list.query({ limit: 10 })
    expect(calls).toHaveLength(3)
  })
}

test('what is shown can be saved, and all of it cleared', async () => {
  await using app = await openApp({ place: 'browser', file: FILE })
  const { page } = app
  await using client = await connect(app)
  await client.callTool({ name: 'github__echo', arguments: { message: 'hi' } })
  await client.callTool({ name: 'github__fail', arguments: {} })
  await app.goTo('/calls?outcome=failed')
  await rowsOf(page).filter({ hasText: 'github__fail' }).waitFor()
  for (const [item, begins] of [
    ['Save as CSV', 'id,at,endpoint'],
    ['Save as JSONL', '{"at":'],
  ] as const) {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save these calls' }).click()
    await page.getByRole('menuitem', { name: item }).click()
    const text = await readFile(await (await download).path(), 'utf8')
    expect(text.startsWith(begins)).toBe(true)
    expect(text).toContain('github__fail')
    expect(text).not.toContain('github__echo')
  }
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Clear the call log…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Clear the call log' })
  await dialog.getByRole('button', { name: 'Cancel' }).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Clear all calls' }).click()
  await page.getByText('2 calls deleted.').waitFor()
  await page.getByText('Last 24 h: nothing fits.').waitFor()
  // Of none at all there is nothing to clear, however they are counted.
  await app.goTo('/calls?view=server')
  await page.getByText('No calls in the last 24 hours').waitFor()

  await app.goTo('/settings?filter=call log')
  const days = page.getByRole('textbox', { name: 'Days' })
  await days.fill('7')
  await days.press('Enter')
  await expect.poll(async () => (await app.admin.settings.get.query()).callLogDays).toBe(7)
  const megabytes = page.getByRole('textbox', { name: 'Megabytes' })
  await megabytes.fill('200')
  await megabytes.press('Enter')
  await expect.poll(async () => (await app.admin.settings.get.query()).callLogMegabytes).toBe(200)
})
