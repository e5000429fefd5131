import { expect, test } from 'vitest'
import { openProbe, rpc, HELLO } from '../testing/http-probe.ts'
import { startTempCore } from '../testing/temp-core.ts'

test('the token of the run opens endpoints and management, and one like it does not', async () => {
  await using core = await startTempCore()
  const { send } = openProbe(core)
  const { url, token } = core.local
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  const other = token.slice(0, -1) + (token.endsWith('A') ? 'E' : 'A')
  for (const [credential, status] of [
    [token, 200],
    [other, 401],
    ['ü', 401],
  ] as const) {
    const headers = { authorization: `Bearer ${credential}` }
    const opened = await send({ body: rpc('initialize', HELLO), headers })
    const overview = await fetch(`${url}/trpc/frontend/status.overview`, { headers })
    expect([opened.status, overview.status]).toEqual([status, status])
  }
})

test('a session that it opened is nobody else’s', async () => {
  await using core = await startTempCore()
  const { send, openSession } = openProbe(core)
  const id = await openSession({ authorization: `Bearer ${core.local.token}` })
  const ping = { body: rpc('ping'), headers: { 'mcp-session-id': id } }
  expect((await send(ping)).status).toBe(404)
})
