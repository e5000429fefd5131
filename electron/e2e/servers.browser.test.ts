import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES, type App } from './open-app.ts'

const FILE = configFileOf([
  echoServer({ name: 'github', bare: true, tools: 3, stderr: 'hello from github\n' }),
  echoServer({ name: 'memory' }),
  echoServer({ name: 'stripe' }, { command: 'no-such-command', env: { TOKEN: 'hush-hush' } }),
])

const gridOf = (page: Page) => page.getByRole('grid', { name: 'Servers' })
const rowOf = (page: Page, name: string) =>
  gridOf(page)
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) })
const switchOf = (page: Page, name: string) =>
  gridOf(page).getByRole('switch', { name: `${name} on` })
const holds = (locator: Locator) => locator.waitFor()

async function idOf({ admin }: App, name: string): Promise<string> {
  const server = (await admin.servers.list.query()).find((one) => one.name === name)
  return server?.id ?? ''
}

for (const { place, title } of PLACES) {
  test(`what does not work says why, and its button leads to the cure, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page, admin } = app
    page.setDefaultTimeout(9_000)
    await app.goTo('/servers')
    await holds(rowOf(page, 'stripe').getByText('no-such-command was not found'))
    await holds(page.getByRole('main').getByText('1 needs you'))
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])

    await app.goTo(`/servers?selected=${await idOf(app, 'github')}`)
    const github = page.getByRole('complementary', { name: 'github' })
    await github.getByRole('button', { name: 'Check this server' }).click()
    const steps = github.getByRole('list', { name: 'What was tried' })
    await holds(github.getByText('It works.'))
    await holds(steps.getByText('3 tools'))
    await app.goTo(`/servers?selected=${await idOf(app, 'stripe')}`)
    const stripePane = page.getByRole('complementary', { name: 'stripe' })
    await stripePane.getByRole('button', { name: 'Check this server' }).click()
    await holds(stripePane.getByText('It does not work.'))
    await holds(stripePane.getByRole('listitem').filter({ hasText: 'Commandfailed' }))
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])

    await app.goTo('/servers')
    const choose = page.getByRole('button', { name: 'Choose the command…: stripe' })
    // In the app it opens a dialog of the system, which the flows of the shell answer.
    if (place === 'browser') await choose.click()
    else
      await app.goTo(
        `/servers?selected=${await idOf(app, 'stripe')}&tab=configuration&focus=command`,
      )
    const pane = page.getByRole('complementary', { name: 'stripe' })
    const command = pane.getByRole('textbox', { name: 'Command' })
    await expect.poll(() => command.evaluate((one) => one === document.activeElement)).toBe(true)
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await command.fill(process.execPath)
    await holds(pane.getByText('Not saved yet.'))
    await page.keyboard.press('ControlOrMeta+s')
    await pane.getByText('Not saved yet.').waitFor({ state: 'detached' })
    await page.keyboard.press('ControlOrMeta+r')
    await holds(rowOf(page, 'stripe').getByText('Running'))
    // The secret was neither shown nor lost.
    expect(await page.content()).not.toContain('hush-hush')
    const stripe = (await admin.servers.list.query()).find(({ name }) => name === 'stripe')
    expect(stripe).toMatchObject({ command: process.execPath, envNames: ['TOKEN'], problem: null })
  })

  test(`servers are switched, removed and brought back by keyboard, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page, admin } = app
    page.setDefaultTimeout(9_000)
    await app.goTo('/servers')
    await holds(rowOf(page, 'github').getByText('Running'))
    await gridOf(page).focus()
    await page.keyboard.type('git')
    const pane = page.getByRole('complementary', { name: 'github' })
    await holds(pane.getByRole('grid', { name: 'Tools' }).getByText('tool_000'))
    await page.keyboard.press('Space')
    await expect.poll(() => switchOf(page, 'github').isChecked()).toBe(false)
    await page.keyboard.press('Space')
    await expect.poll(() => switchOf(page, 'github').isChecked()).toBe(true)
    await page.keyboard.press('l')
    await holds(pane.getByText('hello from github', { exact: true }))

    await page.keyboard.press('Delete')
    await holds(page.getByText('github removed.', { exact: false }))
    await expect.poll(async () => (await admin.servers.list.query()).length).toBe(2)
    await page.keyboard.press('ControlOrMeta+z')
    await holds(rowOf(page, 'github'))

    await rowOf(page, 'github').click({ modifiers: ['ControlOrMeta'], position: { x: 90, y: 10 } })
    await rowOf(page, 'memory').click({ modifiers: ['ControlOrMeta'], position: { x: 90, y: 10 } })
    await holds(page.getByText('2 selected'))
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await page.getByRole('button', { name: 'Off', exact: true }).click()
    await expect.poll(() => switchOf(page, 'memory').isChecked()).toBe(false)
    await expect.poll(() => switchOf(page, 'github').isChecked()).toBe(false)
  })
}
