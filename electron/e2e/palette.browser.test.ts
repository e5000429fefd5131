import { beforeAll, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { openApp, PLACES } from './open-app.ts'

beforeAll(() => openChromium(thisMachine()), 600_000)

const file = configFileOf(
  ['github', 'memory', 'notion'].map((name) => echoServer({ name, bare: true, tools: 2 })),
)

for (const { place, title } of PLACES) {
  test(`the palette tells whether clients see a tool, ${title}`, { timeout: 60_000 }, async () => {
    await using app = await openApp({ place, file })
    const { page } = app
    page.setDefaultTimeout(9_000)
    // What a page brings is gone from the palette when the page is.
    await app.goTo('/namespaces')
    await page.getByRole('grid', { name: /Tools/ }).getByText('tool_001').first().waitFor()
    await app.goTo('/logs')
    const palette = page.getByRole('dialog', { name: 'Search' })
    await page.keyboard.press('ControlOrMeta+k')
    await palette.getByText('Why is a tool not here?').waitFor()
    await palette.getByText('New namespace').waitFor({ state: 'detached' })

    await palette.getByRole('textbox').fill('tool_001')
    await palette
      .locator('[data-selected]')
      .getByText('tool_001', { exact: true })
      .first()
      .waitFor()
    await palette.getByRole('textbox').press('Alt+Enter')
    await page.getByRole('dialog', { name: 'Do clients see tool_001?' }).waitFor()
    await page.keyboard.press('Escape')

    await app.goTo('/keys')
    await page.keyboard.press('ControlOrMeta+k')
    await palette.getByRole('textbox').fill('Why is a')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Why is a tool not here?' }).waitFor()
  })
}

test('rows that are marked are so until a plain click', { timeout: 60_000 }, async () => {
  await using app = await openApp({ place: 'browser', file })
  const { page } = app
  page.setDefaultTimeout(9_000)
  await app.goTo('/servers')
  const rows = page.getByRole('grid', { name: 'Servers' }).getByRole('row')
  await rows.filter({ hasText: 'github' }).click()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByText('3 selected').waitFor()
  await rows.filter({ hasText: 'memory' }).click()
  await page.getByText('3 selected').waitFor({ state: 'detached' })
  expect(await rows.and(page.locator('[aria-selected="true"]')).count()).toBe(1)
})
