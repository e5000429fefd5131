import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerPatch } from '../../../shared/server.ts'
import { openNoMcpServer } from '../testing/no-mcp-server.ts'
import { openOddAuthServer } from '../testing/odd-auth-server.ts'
import { openTempAccounts, type TempAccounts } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Who may change a shared server does not learn its secrets by leading it to a place of their own. */

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

const SECRETS = {
  headers: { 'X-Key': 'secret-of-ben' },
  oauth: { clientId: 'id', clientSecret: 'secret-of-ben' },
}
let made = 0
const shared = (url: string) =>
  ({ name: `s-${(made += 1)}`, type: 'STREAMABLE_HTTP', url, shared: true }) as const

test('secrets of somebody else go to no other place; given anew or taken out, it moves', async () => {
  await using place = await openNoMcpServer()
  const { ada, ben } = people
  const first = 'https://mcp.example/mcp'
  const { id } = await ben.trpc.servers.create.mutate({ ...shared(first), ...SECRETS })
  const { id: other } = await ben.trpc.servers.create.mutate({
    ...{ ...shared(first), bearerToken: 'secret-of-ben' },
  })
  const move = (of: string, patch: ServerPatch = {}) =>
    ada.trpc.servers.update.mutate({ id: of, patch: { url: `${place.url}/mcp`, ...patch } })
  const kept = { 'X-Key': null }
  const without = { headers: {}, oauth: null }

  await expect(move(id)).rejects.toThrow(
    'secrets (X-Key, client secret), for "https://mcp.example"',
  )
  await expect(move(id, { ...without, headers: kept })).rejects.toThrow('(X-Key)')
  const client = { clientId: 'id', clientSecret: null }
  await expect(move(id, { ...without, oauth: client })).rejects.toThrow('(client secret)')
  await expect(move(other)).rejects.toThrow('(bearer token)')
  const byOperator = { id: other, patch: { url: `${place.url}/mcp` } }
  await expect(core.admin.servers.update.mutate(byOperator)).rejects.toThrow('(bearer token)')
  expect(await ada.trpc.servers.get.query({ id })).toMatchObject({ url: first })

  // Within the same place, or without them.
  const within = { url: `${first}/v2`, description: 'by ada' }
  await ada.trpc.servers.update.mutate({ id, patch: within })
  await move(id, { ...without, headers: { 'X-Key': 'of-ada' } })
  await move(other, { bearerToken: null })
  for (const one of [id, other]) await ada.trpc.servers.test.mutate({ id: one })
  expect(place.asked.length).toBeGreaterThan(1)
  expect(JSON.stringify(place.asked)).toContain('of-ada')
  expect(JSON.stringify(place.asked)).not.toContain('secret-of-ben')
})

test('its owner moves it as it is; what was left behind is nobody’s to move so', async () => {
  const { ada, ben, cara } = people
  const { id } = await ben.trpc.servers.create.mutate({
    ...shared('https://a.example/'),
    ...SECRETS,
  })
  await ben.trpc.servers.update.mutate({ id, patch: { url: 'https://b.example/' } })
  const left = await cara.trpc.servers.create.mutate({
    ...{ ...shared('https://a.example/'), ...SECRETS },
  })
  await ada.trpc.accounts.remove.mutate({ id: cara.id })
  const patch = { url: 'https://b.example/' }
  await ada.trpc.servers.update.mutate({ id: left.id, patch: { url: 'https://a.example/v2' } })
  await expect(ada.trpc.servers.update.mutate({ id: left.id, patch })).rejects.toThrow('(X-Key')
  const own = await core.admin.servers.create.mutate({
    ...{ ...shared('https://a.example/'), ...SECRETS },
  })
  await ada.trpc.servers.update.mutate({ id: own.id, patch })
})

test('what came of a sign-in stays with the address that it was for', async () => {
  await using locked = await openOddAuthServer()
  await using place = await openNoMcpServer()
  const { ada, ben } = people
  const { id } = await ben.trpc.servers.create.mutate(shared(locked.mcpUrl))
  const { url } = await ben.trpc.oauth.signIn.mutate({ serverId: id })
  const back = `${core.url}/oauth/callback?code=x&state=${new URL(url).searchParams.get('state')}`
  expect((await fetch(back, { headers: { cookie: ben.cookie } })).status).toBe(200)
  expect(await ben.trpc.servers.get.query({ id })).toMatchObject({ signIn: 'signed-in' })

  await ada.trpc.servers.update.mutate({ id, patch: { url: `${place.url}/mcp` } })
  await ada.trpc.servers.test.mutate({ id })
  expect(place.asked.length).toBeGreaterThan(0)
  expect(JSON.stringify(place.asked)).not.toMatch(/authorization|access-1|refresh-1/i)
  expect(await ben.trpc.servers.get.query({ id })).toMatchObject({ signIn: null })
})
