import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { openIdentityProvider, type IdentityProvider } from '../core/testing/identity-provider.ts'
import { openTempAccounts } from '../core/testing/temp-accounts.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp } from './open-app.ts'
import { emailOf, signIn, WITH_ACCOUNTS } from './people.ts'

// A start of the whole product takes seconds.
vi.setConfig({ testTimeout: 90_000 })

test('a provider is added, people sign in by it, and it is removed again', async () => {
  await using provider = await openIdentityProvider()
  await using app = await openApp({ place: 'browser', isOutside: true, env: WITH_ACCOUNTS })
  const { page } = app
  await openTempAccounts(app)
  await page.reload()
  await signIn(page, 'ada')
  await page.getByRole('link', { name: 'Your account: ada' }).waitFor()
  await app.goTo('/settings')
  const programs = page.getByRole('switch', { name: 'Members run programs' })
  await programs.click({ force: true })
  await expect.poll(() => programs.isChecked()).toBe(true)
  await page.getByRole('link', { name: 'Open the audit log' }).click()
  await page.getByRole('row', { name: /ada changed settings/ }).waitFor()

  const back = `${app.url}/api/auth/callback/work`
  const { clientId } = await provider.register(back)
  await page.getByRole('tab', { name: 'Sign-in providers' }).click()
  await page.getByRole('button', { name: 'Add a provider' }).click()
  const form = page.getByRole('complementary', { name: 'Add a provider' })
  await form.getByLabel('Name', { exact: true }).fill('Work')
  await form.getByLabel('Short name').fill('work')
  await form.getByText(back).waitFor()
  const issuer = form.getByLabel('Issuer')
  await issuer.fill('http://provider.example.com')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('The provider tells it.').waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await form.getByLabel('Client ID').fill(clientId)
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('A provider is reached by https').waitFor()
  await issuer.fill(provider.issuer)
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /Work/ }).waitFor()

  await provider.addPerson('stranger@example.com', true)
  await provider.addPerson(emailOf('ada'), true)
  const other = await app.anotherBrowser()
  await answerAs(other, provider, 'stranger@example.com')
  await other.getByRole('button', { name: 'Sign in with Work' }).click()
  await other.getByText('The provider did not sign you in').waitFor()
  expect(await accessibilityProblems(other)).toEqual([])
  await answerAs(other, provider, emailOf('ada'))
  await other.getByRole('button', { name: 'Sign in with Work' }).click()
  await other.getByRole('link', { name: 'Your account: ada' }).waitFor()

  await page.getByRole('tab', { name: 'People' }).click()
  await page.getByRole('row', { name: /ada@example\.com.*password, Work/ }).waitFor()
  await page.getByRole('tab', { name: 'Sign-in providers' }).click()
  await page.getByRole('button', { name: 'More for Work' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByText('Work removed. Nobody can sign in with it any more.').waitFor()
  await page.getByText('No providers.').waitFor()
  const another = await app.anotherBrowser()
  await another.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  expect(await another.getByRole('button', { name: 'Sign in with Work' }).count()).toBe(0)
})

/** The provider's pages are not for a browser: what a person does there is done by its testing aid. */
async function answerAs(page: Page, provider: IdentityProvider, email: string): Promise<void> {
  const pages = `${new URL(provider.issuer).origin}/**`
  await page.unroute(pages)
  await page.route(pages, async (route) => {
    const location = await provider.authorize(route.request().url(), email)
    await route.fulfill({ status: 302, headers: { location } })
  })
}
