import { expect, test, vi } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp } from './open-app.ts'
import { makeAccount, WITH_ACCOUNTS } from './people.ts'

// A start of the whole product takes seconds.
vi.setConfig({ testTimeout: 90_000 })

test('a member uses what is shared as it is, and makes an endpoint and a key', async () => {
  const file = configFileOf([echoServer({ name: 'one' })])
  await using app = await openApp({ place: 'browser', isOutside: true, env: WITH_ACCOUNTS, file })
  const { page } = app
  await makeAccount(page, 'Ada')
  await app.admin.accounts.setSignUp.mutate({ mode: 'open' })
  const other = await app.anotherBrowser()
  await other.getByRole('button', { name: 'Make an account' }).first().click()
  await makeAccount(other, 'Ben')
  const goTo = async (address: string, title: string) => {
    await other.evaluate((hash) => (window.location.hash = hash), `#${address}`)
    await other.getByRole('heading', { level: 1, name: title }).waitFor()
  }

  await goTo('/servers', 'Servers')
  await other.getByRole('row', { name: /one/ }).click()
  expect(await other.getByRole('switch', { name: /one/ }).isDisabled()).toBe(true)
  await other.getByRole('tab', { name: 'Configuration' }).click()
  await other.getByText(/may hold secrets/).waitFor()
  expect(await accessibilityProblems(other)).toEqual([])

  await goTo('/namespaces', 'Namespaces')
  const tree = other.getByRole('grid', { name: /default/ })
  await tree.getByRole('switch').first().waitFor()
  await expect.poll(() => tree.getByRole('switch').first().isDisabled()).toBe(true)
  expect(await accessibilityProblems(other)).toEqual([])

  await other.getByRole('tab', { name: /Middleware/ }).click()
  expect(await other.getByRole('button', { name: 'Add middleware' }).isDisabled()).toBe(true)

  await goTo('/trust', 'Trust')
  const rule = other.getByRole('combobox', { name: 'New tools' })
  await expect.poll(() => rule.isDisabled()).toBe(true)
  await other.getByText('Nothing waits for you').waitFor()

  await goTo('/calls', 'Calls')
  await other.getByText(/The rest is for administrators/).waitFor()

  await goTo('/settings', 'Settings')
  await other.getByText(/only administrators change them/).waitFor()
  expect(await other.getByRole('switch', { name: 'Pause all' }).isDisabled()).toBe(true)
  expect(await other.getByRole('button', { name: 'Back up' }).count()).toBe(0)
  expect(await accessibilityProblems(other)).toEqual([])

  await goTo('/logs', 'Logs')
  await other.getByText(/The rest is for administrators/).waitFor()

  await goTo('/endpoints', 'Endpoints')
  await other
    .getByRole('row', { name: /default/ })
    .getByRole('gridcell')
    .nth(1)
    .click()
  const pane = other.getByRole('complementary', { name: 'default' })
  await pane.getByText(/administrators change it/).waitFor()
  expect(await pane.getByRole('checkbox', { name: 'Only with an API key' }).isDisabled()).toBe(true)
  await other.getByRole('button', { name: 'New endpoint' }).click()
  const form = other.getByRole('form', { name: 'New endpoint' })
  await form.getByRole('textbox', { name: 'Name' }).fill('mine')
  await other.keyboard.press('Enter')
  const own = other.getByRole('complementary', { name: 'mine' })
  await own.getByText('Nobody else sees it.').waitFor()
  expect(await own.getByRole('checkbox', { name: 'Only with an API key' }).isEnabled()).toBe(true)

  await goTo('/connect', 'Connect')
  await other.getByText(/are set up by administrators/).waitFor()
  await other
    .getByRole('region', { name: 'mine' })
    .getByText(/\/metamcp\/mine\./)
    .waitFor()
  expect(await accessibilityProblems(other)).toEqual([])
  await other.getByRole('link', { name: 'New key' }).click()
  await other.getByRole('textbox', { name: 'Name' }).fill('of Ben')
  await other.keyboard.press('Enter')
  await other.getByRole('button', { name: 'I have it' }).click()
  await other.getByRole('row', { name: /of Ben/ }).waitFor()

  // Nobody else is shown what a member keeps.
  await app.goTo('/endpoints')
  await page.getByRole('row', { name: /default/ }).waitFor()
  expect(await page.getByRole('row', { name: /mine/ }).count()).toBe(0)
})
