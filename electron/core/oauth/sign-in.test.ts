import { expect, test } from 'vitest'
import { startAuthServer } from '../testing/auth-server.ts'
import { signUp } from '../testing/browser.ts'
import { connectLegacy } from '../testing/clients.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Signing in to a server behind better-auth's authorization server, as a person and a client see it. */

async function startWithServer(mcpUrl: string, rest = {}): Promise<TempCore & { id: string }> {
  const file = configFileOf([{ name: 'locked', type: 'STREAMABLE_HTTP', url: mcpUrl }])
  const core = await startTempCore({ file, ...rest })
  const [server] = await core.admin.servers.list.query()
  return Object.assign(core, { id: server?.id ?? '' })
}

const viewOf = (core: TempCore & { id: string }) => core.admin.servers.get.query({ id: core.id })

async function signInTo(core: TempCore & { id: string }, issuer: string): Promise<Response> {
  const person = await signUp(issuer)
  const { url } = await core.admin.oauth.signIn.mutate({ serverId: core.id })
  return fetch(await person.answer(url, true))
}

test('a server that asks for a sign-in says so, and works once somebody signed in', async () => {
  await using locked = await startAuthServer()
  await using core = await startWithServer(locked.mcpUrl)
  await expect.poll(() => viewOf(core)).toMatchObject({ state: 'failed', signIn: 'needed' })
  expect((await viewOf(core)).error).toContain(`${core.url}/trpc/frontend`)

  const page = await signInTo(core, locked.issuer)
  expect({ status: page.status, html: await page.text() }).toEqual({
    status: 200,
    html: expect.stringContaining('You are signed in') as string,
  })
  await expect.poll(() => viewOf(core)).toMatchObject({ state: 'running', signIn: 'signed-in' })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  expect(await client.callTool({ name: 'locked__echo', arguments: { text: 'hi' } })).toMatchObject({
    content: [{ type: 'text' }],
  })
})
