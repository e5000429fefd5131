import { expect, test, vi } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, type AppOptions } from './open-app.ts'
import { emailOf, makeAccount, PASSWORD, signIn, WITH_ACCOUNTS } from './people.ts'

// A start of the whole product takes seconds, and each flow is one.
vi.setConfig({ testTimeout: 90_000 })

const file = configFileOf([echoServer({ name: 'one' })])
const start: AppOptions = { place: 'browser', isOutside: true, env: WITH_ACCOUNTS, file }

test('somebody is invited, becomes an administrator, and is removed', async () => {
  await using app = await openApp(start)
  const { page } = app
  await makeAccount(page, 'Ada')
  await app.goTo('/accounts')
  await page.getByText('Only you. Invite others').waitFor()
  expect(await accessibilityProblems(page)).toEqual([])

  await page.getByRole('combobox', { name: 'Sign-up' }).click()
  await page.getByRole('option', { name: 'by invitation' }).click()
  const signUp = page.getByRole('combobox', { name: 'Sign-up' })
  await expect.poll(() => signUp.inputValue()).toBe('by invitation')
  await page.keyboard.press('Control+N')
  const form = page.getByRole('form', { name: 'Invite' })
  await form.getByRole('textbox', { name: 'E-mail' }).fill('ben@')
  await page.keyboard.press('Enter')
  await form.getByText('That is not an e-mail address.').waitFor()
  await form.getByRole('textbox', { name: 'E-mail' }).fill(emailOf('Ben'))
  await page.keyboard.press('Enter')
  const link = page.getByRole('region', { name: 'Invitation for ben@example.com' })
  const url = (await link.locator('code').textContent()) ?? ''
  expect(await accessibilityProblems(page)).toEqual([])
  await link.getByRole('button', { name: 'Copy' }).click()
  await link.getByRole('button', { name: 'I have it' }).click()

  const other = await app.anotherBrowser()
  await other.goto(url)
  await other.getByText('You were invited.').waitFor()
  await makeAccount(other, 'Ben')
  expect(await other.getByRole('link', { name: /^Accounts/ }).count()).toBe(0)
  const row = page.getByRole('row', { name: /Ben/ })
  await row.getByRole('combobox', { name: 'Role of Ben' }).click()
  await page.getByRole('option', { name: 'administrator' }).click()
  await page.getByText('Ben is now an administrator.').waitFor()
  await other.getByRole('link', { name: /^Accounts/ }).waitFor()
  await page.keyboard.press('Control+Z')
  await other.getByRole('link', { name: /^Accounts/ }).waitFor({ state: 'detached' })
  // Nobody shuts the house and is gone.
  await page.getByRole('combobox', { name: 'Role of Ada' }).click()
  await page.getByRole('option', { name: 'member' }).click()
  await page.getByText('You are the last administrator. Make someone else one first.').waitFor()

  // In a narrow window the less important columns leave, and the others can be read.
  const headings = page.getByRole('columnheader')
  await expect.poll(() => headings.count()).toBe(7)
  await page.setViewportSize({ width: 400, height: 760 })
  await expect.poll(() => headings.allTextContents()).toEqual(['Name', 'Role', 'More'])
  await page.setViewportSize({ width: 1200, height: 760 })
  await expect.poll(() => headings.count()).toBe(7)

  await row.getByRole('button', { name: 'More for Ben' }).click()
  await page.getByRole('menuitem', { name: /Remove/ }).click()
  const asking = page.getByRole('dialog', { name: 'Remove Ben?' })
  await asking.waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await asking.getByRole('button', { name: 'Remove Ben' }).click()
  await row.waitFor({ state: 'detached' })
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()

  await page.getByRole('tab', { name: 'Audit log' }).click()
  await page.getByRole('row', { name: /Ada removed an account/ }).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
})

test('a person has a name, a password and browsers, and ends them', async () => {
  await using app = await openApp(start)
  const { page } = app
  await makeAccount(page, 'Ada')
  const other = await app.anotherBrowser()
  await signIn(other, 'Ada')
  await other.getByRole('link', { name: 'Your account: Ada' }).waitFor()

  await page.getByRole('link', { name: 'Your account: Ada' }).click()
  const browsers = page.getByRole('region', { name: 'Signed in' })
  await expect.poll(() => browsers.getByRole('listitem').count()).toBe(2)
  expect(await accessibilityProblems(page)).toEqual([])
  await browsers.getByRole('button', { name: 'Sign out all others' }).click()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  await expect.poll(() => browsers.getByRole('listitem').count()).toBe(1)

  await page.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Your account: Ada Lovelace' }).waitFor()
  await page.getByLabel('Password now').fill('a wrong password')
  await page.getByLabel('New password').fill('staple battery horse')
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('That is not the current password.').waitFor()
  await page.getByLabel('Password now').fill(PASSWORD)
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('The password was changed').waitFor()
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await signIn(page, 'Ada')
  await page.getByText('E-mail or password is wrong.').waitFor()
  await signIn(page, 'Ada', 'staple battery horse')
  await page.getByRole('link', { name: 'Your account: Ada Lovelace' }).waitFor()
})
