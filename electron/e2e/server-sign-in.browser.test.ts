import { createTRPCClient, httpLink } from '@trpc/client'
import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import type { AppRouter } from '../core/index.ts'
import { openOddAuthServer } from '../core/testing/odd-auth-server.ts'
import { openApp, type App } from './open-app.ts'
import { makeAccount, WITH_ACCOUNTS } from './people.ts'

// A start of the whole product takes seconds, and each flow is one.
vi.setConfig({ testTimeout: 90_000 })

/* By `localhost` the authorization server is another site than we are by `127.0.0.1`. */

const ALLOW = 'Allow'

/** Its page asks a person, whose click leads back to us. */
function openAuthServer() {
  return openOddAuthServer({
    metadata: (origin) => ({
      authorization_endpoint: `${origin.replace('127.0.0.1', 'localhost')}/authorize`,
    }),
    answers: {
      '/authorize': (_, query) => ({
        headers: { 'content-type': 'text/html' },
        body: `<a href="${query.get('redirect_uri')}?code=c&state=${query.get('state')}">${ALLOW}</a>`,
      }),
    },
  })
}

test('a sign-in to a server ends with the account that began it, and with no other', async () => {
  await using locked = await openAuthServer()
  const env = { ...WITH_ACCOUNTS, METAMCP_ALLOW_PRIVATE: '127.0.0.1' }
  await using app = await openApp({ place: 'browser', isOutside: true, env })
  const { page: adas } = app
  await makeAccount(adas, 'Ada')
  const bens = await openBen(app)
  const signIn = await signInOf(bens, locked.mcpUrl)
  const asked = () => locked.posted.filter(({ path }) => path === '/token').length

  // Sent on to Ada, who agrees: her access must not become Ben's.
  await adas.goto(await signIn())
  await adas.getByText(ALLOW).click()
  await adas.getByText('begun by another account of MetaMCP').waitFor()
  const nobody = await app.anotherBrowser()
  await nobody.goto(await signIn())
  await nobody.getByText(ALLOW).click()
  await nobody.getByText('this browser is not signed in to MetaMCP').waitFor()
  expect(asked()).toBe(0)

  await bens.goto(await signIn())
  // From there no cookie of ours comes along: it is asked for once more, from here.
  const returns: string[] = []
  bens.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (pathname === '/oauth/callback') returns.push(search)
  })
  await bens.getByText(ALLOW).click()
  await bens.getByRole('heading', { name: 'You are signed in' }).waitFor()
  expect(returns).toHaveLength(2)
  expect(returns[1]).toBe(`${returns[0]}&again=1`)
  expect(asked()).toBe(1)
})

async function openBen(app: App): Promise<Page> {
  await app.admin.accounts.setSignUp.mutate({ mode: 'open' })
  const page = await app.anotherBrowser()
  await page.getByRole('button', { name: 'Make an account' }).first().click()
  await makeAccount(page, 'Ben')
  return page
}

/** Makes a server of the page's account; what comes back begins a sign-in to it, by its address. */
async function signInOf(page: Page, serverUrl: string): Promise<() => Promise<string>> {
  const { origin } = new URL(page.url())
  const cookies = await page.context().cookies(origin)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const url = `${origin}/trpc/frontend`
  const links = [httpLink({ url, headers: { cookie, origin } })]
  const { servers, oauth } = createTRPCClient<AppRouter>({ links })
  const server = { name: 'locked', type: 'STREAMABLE_HTTP', url: serverUrl } as const
  const { id: serverId } = await servers.create.mutate(server)
  return async () => (await oauth.signIn.mutate({ serverId })).url
}
