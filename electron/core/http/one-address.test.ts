import { afterAll, beforeAll, expect, test } from 'vitest'
import { MetaKey, type JsonObject } from '../json-rpc.ts'
import { openEvents } from '../testing/event-probe.ts'
import { HELLO, modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { startPairs } from '../testing/pairs.ts'
import type { TempCore } from '../testing/temp-core.ts'

const ENDPOINT = 'modern-stdio'

let core: TempCore
beforeAll(async () => {
  core = await startPairs({ servers: [ENDPOINT] })
})
afterAll(() => core[Symbol.asyncDispose]())

// Shows: http-one-path
test('everything goes to one address: POST in both eras, and GET and DELETE of a session', async () => {
  const { send } = openProbe(core)
  const url = core.mcpUrl(ENDPOINT)
  const path = url.pathname
  const opened = await send({ path, body: rpc('initialize', HELLO) })
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  const headers = { authorization: `Bearer ${core.key}`, ...session }
  const tools = { result: { tools: expect.any(Array) as unknown[] } }
  const listed = await send({ path, body: rpc('tools/list'), headers })
  expect(listed).toMatchObject({ status: 200, json: tools })
  await using stream = await openEvents(url, { headers })
  expect(stream).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } })
  expect((await send({ path, method: 'DELETE', headers })).status).toBe(200)
  expect(await stream.over).toBe('ended')
  const asked = { body: modern('tools/list'), headers: modernHeaders('tools/list') }
  expect(await send({ path, ...asked })).toMatchObject({ status: 200, json: tools })
})

// Shows: stateless-request
test('who a client is, and what it can, is what this request says, and not an earlier one', async () => {
  const { send } = openProbe(core)
  const state = async (more: JsonObject) => {
    const body = modern('tools/call', { name: 'state' })
    Object.assign((body.params as { _meta: JsonObject })._meta, more)
    const headers = modernHeaders('tools/call', 'state')
    const { json } = await send({ path: core.mcpUrl(ENDPOINT).pathname, body, headers })
    return (json.result as { structuredContent: JsonObject }).structuredContent
  }
  const first = await state({
    [MetaKey.clientInfo]: { name: 'the first', version: '1' },
    [MetaKey.clientCapabilities]: { sampling: {} },
  })
  expect(first).toMatchObject({ clientInfo: { name: 'the first' }, capabilities: { sampling: {} } })
  const second = await state({})
  expect(second.pid).toBe(first.pid)
  expect(JSON.stringify(second.clientInfo ?? null)).not.toContain('the first')
  expect(second.capabilities).toEqual({})
})
