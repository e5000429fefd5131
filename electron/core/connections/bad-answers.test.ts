import { expect, test } from 'vitest'
import { dataOf, openRawHttp, sendEvents, shakeHands } from '../testing/echo-http.ts'
import { openEchoPools } from '../testing/echo-pools.ts'
import { openScriptedStdio } from '../testing/scripted-stdio.ts'

/** What a server may say instead of an answer: whoever waits for it hears so at once. */

const BAD = {
  null: { result: null },
  list: { result: [] },
  nothing: {},
  words: { error: 'boom' },
  code: { error: { code: 'E_BOOM', message: 'boom' } },
  deep: { result: { deep: {} } },
}
/** 5,000 levels, which cannot be written out again. */
const DEEPEN = ['"deep":{}', `"deep":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`] as const
const wordsFor = (name: string) => (name === 'deep' ? 'deeper than 500 levels' : 'not JSON-RPC')

test.each(Object.keys(BAD))('over stdio: %s', async (name) => {
  await using server = await openScriptedStdio(({ id, method, params }, reply, send) => {
    const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} }
    if (method === 'server/discover') send({ id, error: { code: -32601, message: 'no' } })
    if (method === 'initialize') reply(hello)
    if (method !== 'tools/call') return
    const { bad, deepen } = params as { bad: object; deepen: [string, string] }
    const line = JSON.stringify({ jsonrpc: '2.0', id, ...bad })
    process.stdout.write(`${line.replace(...deepen)}\n`)
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(server.definition))
  const params = { bad: Reflect.get(BAD, name) as object, deepen: DEEPEN }
  await expect(connection.request('tools/call', params)).rejects.toMatchObject({
    ...{ name: 'RpcError', code: -32603 },
    message: expect.stringContaining(wordsFor(name)) as string,
  })
})

test.each(Object.keys(BAD))('over HTTP, as JSON and as events: %s', async (name) => {
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    const { id, method, params } = request.body
    if (method !== 'tools/call') return void response.writeHead(400).end()
    const bad = { id, ...(Reflect.get(BAD, name) as object) }
    const event = dataOf(bad).replace(...DEEPEN)
    // The stream stays open: it is the answer that ends the wait.
    if (params?.['as'] === 'events') return sendEvents(response, event)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(event.slice('data: '.length))
  })
  await using world = openEchoPools()
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'raw', url: server.origin }
  const connection = await world.connect(world.defineServer(definition))
  for (const as of ['json', 'events']) {
    await expect(connection.request('tools/call', { as })).rejects.toMatchObject({
      ...{ name: 'RpcError', code: -32603 },
      message: expect.stringContaining(wordsFor(name)) as string,
    })
  }
})

test('an error with an HTTP status is one of ours if it could not be written out again', async () => {
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    const { id } = request.body
    const error = dataOf({ id, error: { code: -32001, message: 'no', data: { deep: {} } } })
    const body = error.slice('data: '.length).replace(...DEEPEN)
    response.writeHead(400, { 'content-type': 'application/json' }).end(body)
  })
  await using world = openEchoPools()
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'raw', url: server.origin }
  const connection = await world.connect(world.defineServer(definition))
  await expect(connection.request('tools/call', { name: 'x' })).rejects.toMatchObject({
    ...{ name: 'ServerDown', reason: expect.stringContaining('HTTP 400') as string },
  })
})
