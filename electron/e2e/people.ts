import type { Page } from 'playwright-core'

export const PASSWORD = 'correct horse battery'

/** With accounts: what a flow of people starts the server with. */
export const WITH_ACCOUNTS = { METAMCP_AUTH: 'accounts' }

/** Fills in the form that makes an account, and waits for the window. */
export async function makeAccount(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('E-mail').fill(emailOf(name))
  await page.getByLabel(/^Password/).fill(PASSWORD)
  await page.getByRole('button', { name: 'Make an account' }).click()
  await page.getByRole('link', { name: `Your account: ${name}` }).waitFor()
}

/** Fills in the form of the door, and presses its button. */
export async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('E-mail').fill(emailOf(name))
  await page.getByLabel(/^Password/).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export function emailOf(name: string): string {
  return `${name.toLowerCase()}@example.com`
}
