import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openApp, type App } from '../../electron/e2e/open-app.ts'
import {
  clientRequest,
  emailOf,
  makeAccount,
  PASSWORD,
  WITH_ACCOUNTS,
} from '../../electron/e2e/people.ts'
import type { Look } from './screenshots.ts'

/** A server with accounts: an administrator, two members, somebody who is invited. */
export async function openHouse(file: object): Promise<App> {
  const app = await openApp({ place: 'browser', isOutside: true, env: WITH_ACCOUNTS, file })
  const { admin, url } = app
  await makeAccount(app.page, 'Ada')
  await admin.accounts.setSignUp.mutate({ mode: 'open' })
  for (const name of ['Ben', 'Cara']) {
    await fetch(`${url}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ name, email: emailOf(name), password: PASSWORD }),
    })
  }
  await admin.accounts.setSignUp.mutate({ mode: 'invite' })
  await admin.accounts.invite.mutate({ email: emailOf('Dan'), role: 'member' })
  const [endpoint] = await admin.endpoints.list.query()
  if (endpoint) {
    await admin.endpoints.update.mutate({ id: endpoint.id, patch: { auth: { oauth: true } } })
  }
  return app
}

type Taking = { look: Look; target: string; ending: string }

/** Pictures of the accounts, and of what stands before the window: `accounts`, `sign-in`, `consent`. */
export async function takePeople(app: App, { look, target, ending }: Taking): Promise<void> {
  const { page, admin, url } = app
  await admin.settings.set.mutate({ theme: look.theme, language: look.language })
  const outside = await app.anotherBrowser()
  for (const one of [page, outside]) await dress(one, look)
  const take = async (one: Page, name: string) => {
    await one.waitForLoadState('networkidle').catch(() => undefined)
    // Lists and forms come a moment after their page.
    await one.waitForTimeout(700)
    await one.screenshot({ path: join(target, `${name}-${ending}.png`) })
  }
  await take(outside, 'sign-in')
  await outside.close()
  await page.goto(`${url}/#/accounts`)
  await take(page, 'accounts')
  await page.goto(await clientRequest(url))
  await page.getByRole('heading', { name: /Cursor/ }).waitFor()
  await take(page, 'consent')
}

/** Nobody has chosen a look before the door: there it is the system's. */
async function dress(page: Page, { theme, language }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.evaluate((chosen) => localStorage.setItem('language', chosen), language)
  await page.reload()
}
