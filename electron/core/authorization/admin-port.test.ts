import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { signUp } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import {
  answerConsent,
  authorizationRequest,
  openInBrowser,
  redeem,
  registerTempClient,
  tokensOf,
  tokenStatus,
} from '../testing/temp-grant.ts'

const FILE = configFileOf([echoServer()], { auth: { oauth: true } })

test('with a port for management, a client is let in by the other, and revoked by that', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-page-'))
  await writeFile(join(folder.path, 'index.html'), '<title>window</title>')
  const where = { adminPort: 0, pageDir: folder.path }
  await using core = await startTempCore({ auth: 'accounts', file: FILE, ...where })
  const ada = await signUp(core, 'ada')
  const clientId = await registerTempClient(core)
  const request = authorizationRequest(core, { clientId, resource: core.mcpUrl().href })

  // Who is not signed in at that address is led to the door there, and from it to the consent.
  expect((await openInBrowser(request.url)).href).toContain(`${core.url}/sign-in?`)
  const page = await openInBrowser(request.url, ada)
  expect(page.href).toContain(`${core.url}/consent?`)
  for (const url of [page.href, `${core.url}/sign-in`]) {
    expect(await (await fetch(url)).text()).toContain('window')
  }
  const ask = (base: string, procedure: string, input: object) => {
    const query = `input=${encodeURIComponent(JSON.stringify(input))}`
    const url = `${base}/trpc/frontend/${procedure}?${query}`
    return fetch(url, { headers: { cookie: ada.cookie } })
  }
  const pending = await ask(core.url, 'authorization.pending', { query: page.search })
  expect(await pending.json()).toMatchObject({
    result: { data: { clientId, endpoint: { name: 'default' } } },
  })
  const back = await answerConsent(core, ada, { query: page.search.slice(1), accept: true })
  const code = back.searchParams.get('code') ?? ''
  const { body } = await redeem(core, { ...request, clientId, code })
  const { accessToken } = tokensOf(clientId, body)
  expect(await tokenStatus(core.mcpUrl(), accessToken)).toBe(200)

  // All else that concerns it is management's.
  expect((await ask(core.url, 'authorization.grants', {})).status).toBe(404)
  expect((await fetch(`${core.adminUrl}/metamcp/default/mcp`)).status).toBe(404)
  const revoked = await fetch(`${core.adminUrl}/trpc/frontend/authorization.revoke`, {
    method: 'POST',
    headers: { ...ada.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId }),
  })
  expect(revoked.status).toBe(200)
  expect(await tokenStatus(core.mcpUrl(), accessToken)).toBe(401)
})
