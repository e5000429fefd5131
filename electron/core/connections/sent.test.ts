import { expect, test } from 'vitest'
import { isObject, isRequestId, type JsonObject } from '../json-rpc.ts'
import { dataOf, openRawHttp, sendEvents, sendJson } from '../testing/echo-http.ts'
import { call, openEchoPools } from '../testing/echo-pools.ts'
import { openScriptedStdio } from '../testing/scripted-stdio.ts'

/** Everything that servers get from us, in the order in which they get it. */

const SAMPLE = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }

type Raw = Awaited<ReturnType<typeof openRawHttp>>
const remote = (server: Raw) => ({
  ...{ type: 'STREAMABLE_HTTP' as const, name: 'raw', url: server.origin },
})

function expectMessage(message: JsonObject): void {
  expect(message['jsonrpc']).toBe('2.0')
  const { id, method, params, result, error } = message
  if (method === undefined) {
    expect(isRequestId(id)).toBe(true)
    expect([result, error].filter((one) => one !== undefined)).toHaveLength(1)
    return
  }
  expect(typeof method).toBe('string')
  expect(params === undefined || isObject(params)).toBe(true)
  if ('id' in message) expect(isRequestId(id)).toBe(true)
}

/** A legacy server that asks in the middle of a call, and takes a while to greet. */
const openAsking = () =>
  openScriptedStdio(({ id, method, params }, reply, send) => {
    const capabilities = { tools: {}, logging: {} }
    const hello = { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 'a' } }
    if (method === 'server/discover') send({ id, error: { code: -32601, message: 'no' } })
    if (method === 'initialize') setTimeout(() => reply(hello), 200)
    if (method === 'tools/list') reply({ tools: [{ name: 'ask', inputSchema: {} }] })
    if (method === 'ping') reply({})
    if (method !== 'tools/call') return
    if (params['name'] !== 'ask') return
    send({ id: 'q', method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } })
    send({ id: 7, method: 'roots/list' })
    send({ id: 8, method: 'ping' })
    reply({ content: [] })
  })

// Shows: json-rpc-valid, json-rpc-id-type, lifecycle-initialize, lifecycle-initialized, lifecycle-client-waits, version-offered
test('a legacy server hears initialize, initialized, and then the rest, all of it JSON-RPC', async () => {
  await using server = await openAsking()
  await using world = openEchoPools({ knownEra: () => 'legacy' })
  const connecting = world.connect(world.defineServer(server.definition))
  const early = connecting.then((connection) => connection.request('tools/list', {}))
  const connection = await connecting
  await early
  const abort = new AbortController()
  const never = connection.request('tools/call', { name: 'never' }, { signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(never).rejects.toThrow('enough')
  const ask = () => Promise.resolve({ model: 'm' })
  await connection.request('tools/call', { name: 'ask' }, { owner: {}, ask })
  await expect.poll(async () => (await server.lines()).length).toBe(9)

  const heard = await server.heard()
  for (const message of heard) expectMessage(message)
  const [first, second, ...rest] = heard
  expect(first).toMatchObject({
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', clientInfo: { name: 'test', version: '0' } },
  })
  expect(isObject((first?.['params'] as JsonObject)['capabilities'])).toBe(true)
  expect(second).toEqual({ jsonrpc: '2.0', method: 'notifications/initialized' })
  const requests = rest.flatMap(({ method }) => method ?? [])
  expect(requests).toEqual([
    ...['tools/list', 'tools/call', 'notifications/cancelled', 'tools/call'],
  ])
})

// Shows: json-rpc-valid, json-rpc-id-type
test('a modern server over HTTP gets single messages of JSON-RPC, all of them requests', async () => {
  await using server = await openRawHttp(({ body: { id, method } }, response) => {
    const answer = (result: object) =>
      sendJson(response, { jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } })
    if (method === 'server/discover') {
      return answer({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } })
    }
    answer({ content: [] })
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(remote(server)))
  await Promise.all([1, 2, 3].map((number) => call(connection, `tool-${number}`)))
  const bodies = server.seen.map(({ body }) => body as JsonObject)
  expect(bodies).toHaveLength(4)
  for (const body of bodies) {
    expectMessage(body)
    expect(body).toHaveProperty('id')
  }
})

// Shows: client-sends-no-responses
test.each(['http', 'stdio'])('a modern server that asks over %s is not answered', async (how) => {
  await using local = await openScriptedStdio(({ method, params }, reply, send) => {
    const hello = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
    if (method === 'server/discover') return reply(hello)
    if (params['name'] === 'ask') send({ id: 'q', method: 'ping' })
    if (params['name'] === 'ask') send({ id: 'r', method: 'sampling/createMessage', params: {} })
    reply({ content: [] })
  })
  await using server = await openRawHttp(({ body: { id, method } }, response) => {
    const hello = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
    if (method === 'server/discover') {
      return sendJson(response, { jsonrpc: '2.0', id, result: hello })
    }
    const events = [
      { id: 'q', ...SAMPLE },
      { id, result: { content: [] } },
    ]
    sendEvents(response, ...events.map(dataOf))
    response.end()
  })
  await using world = openEchoPools()
  const definition = how === 'http' ? remote(server) : local.definition
  const connection = await world.connect(world.defineServer(definition))
  const asked: unknown[] = []
  const ask = (question: unknown) => Promise.resolve({ said: asked.push(question) })
  await connection.request('tools/call', { name: 'ask' }, { owner: {}, ask })
  await call(connection, 'afterwards')
  expect(asked).toEqual([])
  expect(world.logs).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('must not') as string }),
  )
  const heard = how === 'http' ? server.seen.map(({ body }) => body) : await local.heard()
  expect(heard.map(({ method }) => method)).toEqual([
    ...['server/discover', 'tools/call', 'tools/call'],
  ])
})

// Shows: result-type-absent
test('a modern server’s result without a resultType is taken as complete', async () => {
  await using server = await openRawHttp(({ body: { id, method } }, response) => {
    const hello = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
    sendJson(response, {
      ...{ jsonrpc: '2.0', id },
      result: method === 'server/discover' ? hello : { content: [{ type: 'text', text: 'hi' }] },
    })
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(remote(server)))
  expect(connection.era).toBe('modern')
  expect(await call(connection, 'x')).toEqual({ content: [{ type: 'text', text: 'hi' }] })
})
