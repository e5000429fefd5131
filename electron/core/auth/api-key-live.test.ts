import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProbe, rpc } from '../testing/http-probe.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
beforeAll(async () => {
  core = await startTempCore()
})
afterAll(() => core[Symbol.asyncDispose]())

/** A client with a key of its own that reads the stream of its session. */
async function openStream(name: string) {
  const { apiKey, key } = await core.admin.apiKeys.create.mutate({ name })
  const { send, openSession } = openProbe(core)
  const headers = { authorization: `Bearer ${key}` }
  const session = { ...headers, 'mcp-session-id': await openSession(headers) }
  const accept = 'application/json, text/event-stream'
  const stream = await fetch(core.mcpUrl(), { headers: { ...session, accept } })
  expect(stream.status).toBe(200)
  const ended = stream.text().then(() => performance.now())
  const ask = async () => (await send({ body: rpc('tools/list'), headers: session })).status
  return { id: apiKey.id, ended, ask }
}

test('a key that expires is nobody’s, and ends its live session within a second', async () => {
  const { apiKeys } = core.admin
  const client = await openStream('short')
  const other = await openStream('other')
  const at = Date.now() + 700
  const expiresAt = new Date(at).toISOString()
  const { id } = client
  await apiKeys.update.mutate({ id, patch: { expiresAt } })
  expect(await client.ask()).toBe(200)
  const told: string[] = []
  const unsubscribe = core.changes.subscribe((change) => {
    if (change.kind === 'api-key') told.push(change.id)
  })
  await client.ended
  unsubscribe()
  expect(Date.now() - at).toBeGreaterThanOrEqual(0)
  expect(Date.now() - at).toBeLessThan(1_000)
  expect(await client.ask()).toBe(401)
  expect(told).toEqual([id])
  expect(await other.ask()).toBe(200)

  // A new time makes it good again; one that has passed is a mistake.
  const past = apiKeys.update.mutate({ id, patch: { expiresAt } })
  await expect(past).rejects.toThrow('expiresAt: must be in the future')
  await apiKeys.update.mutate({ id, patch: { expiresAt: null } })
  // Known again, and its session is not.
  expect(await client.ask()).toBe(404)
})

test.each(['revoked', 'switched off', 'limited to another endpoint'])(
  'a key that is %s ends its live session within a second',
  async (how) => {
    const client = await openStream(`key that is ${how}`)
    const { apiKeys, endpoints } = core.admin
    const { id } = client
    const began = performance.now()
    if (how === 'revoked') await apiKeys.delete.mutate({ id })
    else if (how === 'switched off') await apiKeys.setEnabled.mutate({ id, enabled: false })
    else {
      const { namespaceId = '' } = (await endpoints.list.query())[0] ?? {}
      const other = await endpoints.create.mutate({ name: 'other', namespaceId })
      await apiKeys.update.mutate({ id, patch: { endpoints: [other.id] } })
    }
    expect((await client.ended) - began).toBeLessThan(1_000)
    expect(await client.ask()).toBe(how.startsWith('limited') ? 403 : 401)
  },
)

test('when and by whom a key was used last is known after a restart', async () => {
  const client = await openStream('used')
  expect((await core.admin.activity.keys.query())[client.id]).toMatchObject({ client: 'probe' })
  await core.close()
  await using next = await startTempCore({ dataDir: core.dataDir })
  const { at, client: name } = (await next.admin.activity.keys.query())[client.id] ?? {}
  expect(name).toBe('probe')
  expect(Date.now() - Date.parse(at ?? '')).toBeLessThan(60_000)
})
