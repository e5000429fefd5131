import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents } from '../testing/event-probe.ts'
import { modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** Calls that are cancelled, or end by themselves, as a client sees it on the wire. */

const logged: { facts: JsonObject; message: string }[] = []
const note = (facts: object, message: string) => void logged.push({ facts: { ...facts }, message })
const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log }

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  const servers = [echoServer(), echoServer({ name: 'new', era: 'modern' })]
  core = await startTempCore({ file: configFileOf(servers), log })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

async function openSession() {
  const session = { 'mcp-session-id': await probe.openSession() }
  const headers = { authorization: `Bearer ${core.key}`, ...session }
  const call = async (name: string, args: object = {}) => {
    const body = rpc('tools/call', { name, arguments: args }, `call ${name}`)
    const { json } = await probe.send({ headers, body })
    return (json.result as { structuredContent: JsonObject }).structuredContent
  }
  const cancel = (params: unknown) => {
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params }
    return probe.send({ headers, body })
  }
  return { headers, call, cancel }
}

const hold = (id: unknown, key: string) =>
  rpc('tools/call', { name: 'echo__hold', arguments: { key }, _meta: { progressToken: key } }, id)

// Shows: cancel-stops, cancel-reason-logged
test.each([1, 0, 'text'])('a cancelled call (id %j) stops and is not answered', async (id) => {
  const { headers, call, cancel } = await openSession()
  await using stream = await openEvents(core.mcpUrl(), { headers, body: hold(id, `held ${id}`) })
  await stream.event(({ json }) => json.method === 'notifications/progress')
  const reason = `no longer wanted: ${id}`
  expect(await cancel({ requestId: id, reason })).toMatchObject({ status: 202 })
  expect(await stream.over).toBe('ended')
  expect(stream.events.filter(({ json }) => json.result ?? json.error)).toEqual([])

  const told = expect.stringContaining(reason) as string
  const { cancelled } = await call('echo__state')
  expect((cancelled as unknown[]).at(-1)).toMatchObject({ reason: told })
  expect(logged).toContainEqual({
    facts: expect.objectContaining({ reason }) as JsonObject,
    message: 'a client cancelled a request',
  })
  // The id is free again.
  const again = await probe.send({ headers, body: rpc('ping', {}, id) })
  expect(again.json).toMatchObject({ id, result: {} })
})

// Shows: cancel-race, cancel-invalid
test('a session bears cancellations of what is answered, unknown or malformed', async () => {
  const { headers, call, cancel } = await openSession()
  await using stream = await openEvents(core.mcpUrl(), { headers, body: hold('mine', 'k') })
  await stream.event(({ json }) => json.method === 'notifications/progress')
  const before = await call('echo__state')
  const wrong = ['call echo__state', 'never', 7, null, 1.5, {}, ['mine'], { id: 'mine' }]
  for (const requestId of wrong) {
    expect(await cancel({ requestId, reason: [1] })).toMatchObject({ status: 202 })
  }
  for (const params of [undefined, {}, { id: 'mine' }]) {
    expect(await cancel(params)).toMatchObject({ status: 202 })
  }
  expect((await call('echo__state'))['cancelled']).toEqual(before['cancelled'])
  await call('echo__free', { key: 'k' })
  const { json } = await stream.event((one) => one.json.id === 'mine')
  expect(json.result).toMatchObject({ content: [{ text: 'let go' }] })
})

// Shows: cancel-race, cancel-invalid
test('in the modern era a cancellation by POST is accepted and means nothing', async () => {
  const { headers, body } = modernCall('echo__hold', { key: 'modern' })
  await using stream = await openEvents(core.mcpUrl(), { headers, body })
  await stream.event(({ json }) => json.method === 'notifications/progress')
  for (const requestId of [1, 'unknown', null]) {
    const { params } = modern('x', { requestId })
    const sent = { jsonrpc: '2.0', method: 'notifications/cancelled', params }
    const answered = await probe.send({ headers: modernHeaders(sent.method), body: sent })
    expect(answered.status).toBe(202)
  }
  const free = modernCall('echo__free', { key: 'modern' })
  await probe.send({ headers: free.headers, body: free.body })
  expect((await stream.event((one) => one.json.id === 1)).json).toHaveProperty('result')
})

// Shows: cancel-by-server
describe('a modern client hears of no cancellation, however its call ends', () => {
  const elicitation = { method: 'elicitation/create', params: { message: 'Which?' } }
  test.each<[string, object]>([
    ['echo__slow', { steps: 2 }],
    ['echo__throw', {}],
    ['echo__ask', elicitation],
    ['echo__ask', { ...elicitation, cancelAfterMs: 1 }],
    ['echo__unsolicited', {}],
    ['new__unsolicited', {}],
    ['new__ask', elicitation],
    ['echo__exit', {}],
  ])('%s %j', async (name, args) => {
    const { headers, body } = modernCall(name, args, { elicitation: {} })
    await using stream = await openEvents(core.mcpUrl(), { headers, body })
    await stream.over
    const messages = stream.events.map(({ json }) => json)
    expect(messages.filter(({ method }) => method === 'notifications/cancelled')).toEqual([])
    expect(messages.at(-1)).toMatchObject({ id: 1 })
  })
})

function modernCall(name: string, args: object, capabilities: object = {}) {
  const body = modern('tools/call', { name, arguments: args })
  const { _meta } = body.params as unknown as { _meta: JsonObject }
  _meta['progressToken'] = 'p'
  _meta['io.modelcontextprotocol/clientCapabilities'] = capabilities
  const headers = { authorization: `Bearer ${core.key}`, ...modernHeaders('tools/call', name) }
  return { headers: { ...headers, accept: 'text/event-stream' }, body }
}
