import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents } from '../testing/event-probe.ts'
import { LEGACY, MODERN, modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({ file: configFileOf([echoServer()]) })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

test('1,000 malformed requests neither crash nor slow it', async () => {
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const random = seeded(7)
  const headers = { authorization: `Bearer ${core.key}` }
  await using old = await openEvents(`${core.url}/metamcp/default/sse`, { headers })
  const { data: path } = await old.event(({ event }) => event === 'endpoint')
  const stream = path.split('=')[1] ?? ''
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 50 }, () => sendMalformed(random, stream)))
  }
  const before = performance.now()
  const answered = await client.callTool({ name: 'echo__echo', arguments: { message: 'alive' } })
  expect(answered.content).toMatchObject([{ text: 'alive' }])
  await probe.send({ path, body: rpc('ping', {}, 'alive') })
  expect((await old.event(({ json }) => json.id === 'alive')).json.result).toEqual({})
  // Not a measurement: an event loop that hangs on what it was sent would take far longer.
  expect(performance.now() - before).toBeLessThan(2_000)
})

/** Mulberry32: small, and the same on every run, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function sendMalformed(random: () => number, stream: string): Promise<void> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const garbage = () =>
    Array.from({ length: Math.floor(random() * 200) }, () =>
      String.fromCharCode(Math.floor(random() * 0x7ff)),
    ).join('')
  const bodies: unknown[] = [
    garbage(),
    `[${'['.repeat(Math.floor(random() * 20_000))}`,
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    { jsonrpc: '2.0', id: garbage(), method: garbage(), params: { [garbage()]: garbage() } },
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: garbage(), _meta: garbage() } },
    rpc('initialize', { protocolVersion: garbage(), capabilities: garbage() }),
    `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"__proto__":{"cursor":"x"}}}`,
    [rpc('ping'), garbage(), null, []],
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: garbage() } },
    modern(garbage(), { name: garbage() }),
  ]
  const headers: Record<string, string>[] = [
    {},
    { 'mcp-session-id': crypto.randomUUID() },
    { 'mcp-protocol-version': pick([MODERN, LEGACY, '0', '9'.repeat(500)]) },
    { accept: pick(['', 'x/y', '*/*', ',;,']) },
    { 'content-type': pick(['', 'application/json; charset=ü'.slice(0, 31), 'x', 'text/html']) },
    { ...modernHeaders('tools/call', '=?base64?%%?='), 'mcp-method': 'x'.repeat(3_000) },
    { authorization: `Bearer ${'y'.repeat(4_000)}` },
  ]
  const response = await probe
    .send({
      method: pick(['POST', 'POST', 'POST', 'POST', 'DELETE', 'PUT']),
      path: pick([
        '/metamcp/default/mcp',
        '/metamcp/%00/mcp',
        '/metamcp/default/mcp?api_key=%zz',
        '/metamcp/default/sse',
        '/metamcp/default/message?sessionId=%zz&sessionId=',
        `/metamcp/default/message?sessionId=${stream}`,
      ]),
      headers: pick(headers),
      body: pick(bodies),
    })
    .catch((error: unknown) => {
      // A refusal may come before the whole body is sent; the connection is closed then.
      expect(error).toBeInstanceOf(Error)
      return { status: 400 }
    })
  expect(response.status).toBeLessThan(500)
}
