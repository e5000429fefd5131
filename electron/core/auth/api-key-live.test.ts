import { expect, test } from 'vitest'
import { openProbe, rpc } from '../testing/http-probe.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

/** A client with a key of its own that reads the stream of its session. */
async function openStream(core: TempCore, input: { name: string; expiresAt?: string }) {
  const { apiKey, key } = await core.admin.apiKeys.create.mutate(input)
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
  await using core = await startTempCore()
  const expiresAt = Date.now() + 1_500
  const told: string[] = []
  core.changes.subscribe((change) => {
    if (change.kind === 'api-key') told.push(change.id)
  })
  const options = { name: 'short', expiresAt: new Date(expiresAt).toISOString() }
  const client = await openStream(core, options)
  const other = await openStream(core, { name: 'other' })
  expect(await client.ask()).toBe(200)
  told.length = 0
  await client.ended
  expect(Date.now() - expiresAt).toBeGreaterThanOrEqual(0)
  expect(Date.now() - expiresAt).toBeLessThan(1_000)
  expect(await client.ask()).toBe(401)
  expect(told).toEqual([client.id])
  expect(await other.ask()).toBe(200)

  // A new time makes it good again; one that has passed is a mistake.
  const { apiKeys } = core.admin
  const past = apiKeys.update.mutate({ id: client.id, patch: { expiresAt: options.expiresAt } })
  await expect(past).rejects.toThrow('expiresAt: must be in the future')
  await apiKeys.update.mutate({ id: client.id, patch: { expiresAt: null } })
  // Known again, and its session is not.
  expect(await client.ask()).toBe(404)
})

test.each(['revoked', 'switched off', 'limited to another endpoint'])(
  'a key that is %s ends its live session within a second',
  async (how) => {
    await using core = await startTempCore()
    const client = await openStream(core, { name: 'short' })
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
  await using first = await startTempCore()
  const client = await openStream(first, { name: 'used' })
  expect((await first.admin.activity.keys.query())[client.id]).toMatchObject({ client: 'probe' })
  const { dataDir } = first
  await first.close()
  await using second = await startTempCore({ dataDir })
  const { at, client: name } = (await second.admin.activity.keys.query())[client.id] ?? {}
  expect(name).toBe('probe')
  expect(Date.now() - Date.parse(at ?? '')).toBeLessThan(60_000)
})
