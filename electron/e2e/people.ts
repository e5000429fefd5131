import { createHash, randomBytes } from 'node:crypto'
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

/** Nobody listens there: where the browser is sent is all that counts. */
export const REDIRECT = 'http://127.0.0.1:9/callback'

/** Where a client that has registered itself sends its person. */
export async function clientRequest(url: string): Promise<string> {
  const resource = `${url}/metamcp/default/mcp`
  const registered = await fetch(`${url}/api/auth/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ client_name: 'Cursor', redirect_uris: [REDIRECT] },
      token_endpoint_auth_method: 'none',
    }),
  })
  const { client_id: client } = (await registered.json()) as { client_id: string }
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client, redirect_uri: REDIRECT, state: 'a-state' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    ...{ code_challenge_method: 'S256', resource, scope: 'mcp' },
  })
  return `${url}/api/auth/oauth2/authorize?${query.toString()}`
}
