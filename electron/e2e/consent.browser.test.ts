import { expect, test, vi } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp } from './open-app.ts'
import { clientRequest, makeAccount, REDIRECT, signIn, WITH_ACCOUNTS } from './people.ts'

// A start of the whole product takes seconds, and each flow is one.
vi.setConfig({ testTimeout: 90_000 })

const file = configFileOf([echoServer({ name: 'one' })])

test('a client leads its person to sign in and to the consent, and is revoked again', async () => {
  await using app = await openApp({ place: 'browser', isOutside: true, env: WITH_ACCOUNTS, file })
  const { page, admin } = app
  await makeAccount(page, 'Ada')
  const [endpoint] = await admin.endpoints.list.query()
  await app.goTo(`/endpoints?selected=${endpoint?.id ?? ''}`)
  const oauth = page.getByRole('checkbox', { name: 'People let clients in (OAuth)' })
  await oauth.click()
  await expect.poll(() => oauth.isChecked()).toBe(true)
  expect(await accessibilityProblems(page)).toEqual([])

  const other = await app.anotherBrowser()
  await other.goto(await clientRequest(app.url))
  await other.getByText('An AI client asks to use an endpoint here.').waitFor()
  await signIn(other, 'Ada')
  await other.getByRole('heading', { name: 'Let Cursor in?' }).waitFor()
  await other.getByText('The answer goes to a program on your computer.').waitFor()
  await other.getByText(/^default, \d+ tools$/).waitFor()
  expect(await accessibilityProblems(other)).toEqual([])
  await other.keyboard.press('Escape')
  const code = other.waitForRequest((request) => request.url().startsWith(REDIRECT))
  await other.getByRole('button', { name: 'Allow' }).click()
  expect(new URL((await code).url()).searchParams.get('code')).toMatch(/^\w+$/)

  await page.getByRole('link', { name: 'Your account: Ada' }).click()
  const clients = page.getByRole('region', { name: 'Clients that you let in' })
  await clients.getByText(/default · answers go to 127\.0\.0\.1/).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await clients.getByRole('button', { name: 'Revoke Cursor' }).click()
  await clients.getByText('No client.').waitFor()
})

test('a client that is a page of another site leads to the consent, past the door', async () => {
  await using app = await openApp({ place: 'browser', isOutside: true, env: WITH_ACCOUNTS, file })
  const { page, admin } = app
  await makeAccount(page, 'Ada')
  const [endpoint] = await admin.endpoints.list.query()
  const patch = { auth: { oauth: true } }
  await admin.endpoints.update.mutate({ id: endpoint?.id ?? '', patch })
  const request = await clientRequest(app.url)
  // By another name than ours this is another site: no cookie of ours comes along from there.
  await page.goto(app.url.replace('127.0.0.1', 'localhost'))
  const doors: string[] = []
  page.on('request', (asked) => {
    if (asked.isNavigationRequest() && asked.url().includes('/sign-in?')) doors.push(asked.url())
  })
  await page.evaluate((url) => window.location.assign(url), request)
  await page.getByRole('heading', { name: 'Let Cursor in?' }).waitFor()
  expect(doors).toHaveLength(1)
})

test('a person refuses, and a link that was tampered with shows nothing', async () => {
  await using app = await openApp({ place: 'browser', isOutside: true, env: WITH_ACCOUNTS, file })
  const { page, admin } = app
  await makeAccount(page, 'Ada')
  const [endpoint] = await admin.endpoints.list.query()
  const id = endpoint?.id ?? ''
  await admin.endpoints.update.mutate({ id, patch: { auth: { oauth: true } } })
  await page.goto(await clientRequest(app.url))
  await page.getByRole('heading', { name: 'Let Cursor in?' }).waitFor()
  const address = page.url()
  await page.goto(address.replace('client_id=', 'client_id=x'))
  await page.getByRole('heading', { name: 'This link is not good any more' }).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await page.goto(address)
  const answer = page.waitForRequest((request) => request.url().startsWith(REDIRECT))
  await page.getByRole('button', { name: 'Refuse' }).click()
  expect(new URL((await answer).url()).searchParams.get('error')).toBe('access_denied')
  expect(await admin.accounts.list.query()).toMatchObject([{ name: 'Ada' }])
})
