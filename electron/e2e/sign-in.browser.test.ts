import { expect, test, vi } from 'vitest'
import { accessibilityProblems } from './accessibility.ts'
import { ADMIN_TOKEN, openApp } from './open-app.ts'
import { makeAccount, signIn, WITH_ACCOUNTS } from './people.ts'

// A start of the whole product takes seconds, and each flow is one.
vi.setConfig({ testTimeout: 90_000 })

const outside = { place: 'browser', isOutside: true } as const

test('without accounts the admin token opens, and the window is left again', async () => {
  await using app = await openApp(outside)
  const { page } = app
  const token = page.getByLabel('Admin token')
  await token.fill('something else')
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByText('That is not the admin token of this server.').waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await token.fill(ADMIN_TOKEN)
  await token.press('Enter')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await token.waitFor()
  await page.reload()
  await token.waitFor()
})

test('the first account, a wrong password, and a place that is kept', async () => {
  await using app = await openApp({ ...outside, env: WITH_ACCOUNTS })
  const { page } = app
  await page.getByRole('heading', { name: 'You are the first' }).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await page.getByRole('button', { name: 'Make an account' }).click()
  await page.getByText('A password has at least 10 characters.').waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await makeAccount(page, 'Ada')
  await page.getByRole('link', { name: /^Accounts/ }).waitFor()

  await app.goTo('/keys')
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  const sessions = await app.admin.accounts.list.query()
  expect(sessions).toMatchObject([{ name: 'Ada', role: 'admin', sessions: 1 }])
  // The session ends without the window knowing: it finds out by itself.
  await page.evaluate(() => fetch('/session', { method: 'DELETE' }).then(() => undefined))
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await signIn(page, 'Ada', 'a wrong password')
  await page.getByText('E-mail or password is wrong.').waitFor()
  await signIn(page, 'Nobody')
  await page.getByText('E-mail or password is wrong.').waitFor()
  await signIn(page, 'Ada')
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
})

test('who tries too often is told when to try again, and the admin token still opens', async () => {
  await using app = await openApp({ ...outside, env: WITH_ACCOUNTS })
  const { page } = app
  await makeAccount(page, 'Ada')
  const other = await app.anotherBrowser()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  const told = other.getByText(/^Too many tries\. Again in \d+ (second|minute)s?\.$/)
  for (let tries = 0; tries < 12 && !(await told.isVisible()); tries++) {
    const answered = other.waitForResponse(/\/api\/auth\/sign-in/)
    await signIn(other, 'Ada', `wrong password ${tries}`)
    await answered
    await other.getByRole('alert').waitFor()
  }
  await told.waitFor()
  await other.getByRole('button', { name: 'Use the admin token' }).click()
  await other.getByLabel('Admin token').fill(ADMIN_TOKEN)
  await other.getByRole('button', { name: 'Open' }).click()
  await other.getByRole('button', { name: 'Sign out' }).waitFor()
})

test('who forgot their password gets a link for a new one, good once', async () => {
  await using app = await openApp({ ...outside, env: WITH_ACCOUNTS })
  const { page } = app
  await makeAccount(page, 'Ada')
  await app.admin.accounts.setSignUp.mutate({ mode: 'open' })
  const other = await app.anotherBrowser()
  await other.getByRole('button', { name: 'Make an account' }).first().click()
  await makeAccount(other, 'Ben')

  await app.goTo('/accounts')
  await page.getByRole('button', { name: 'More for Ben' }).click()
  await page.getByRole('menuitem', { name: 'Make a reset link…' }).click()
  const told = page.getByRole('region', { name: 'Link for Ben to set a new password' })
  const url = (await told.locator('code').textContent()) ?? ''
  expect(await accessibilityProblems(page)).toEqual([])

  const another = await app.anotherBrowser()
  await signIn(another, 'Ben', 'a wrong password')
  await another.getByText('Forgotten the password?').waitFor()
  await another.goto(url)
  const password = another.getByLabel('New password')
  await password.fill('short')
  await password.press('Enter')
  await another.getByText('A password has at least 10 characters.').waitFor()
  expect(await accessibilityProblems(another)).toEqual([])
  await password.fill('staple battery horse')
  await password.press('Enter')
  await another.getByText('Your new password is set. Sign in with it.').waitFor()
  await other.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn(another, 'Ben', 'staple battery horse')
  await another.getByRole('link', { name: 'Your account: Ben' }).waitFor()

  await other.goto(url)
  await other.getByLabel('New password').fill('another one of mine')
  await other.keyboard.press('Enter')
  await other.getByText('This link is not good any more.').waitFor()
})
