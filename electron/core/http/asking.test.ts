import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents, type EventProbe } from '../testing/event-probe.ts'
import { HELLO, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({ file: configFileOf([echoServer()]) })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

type Headers = Record<string, string>

/** A session whose client can be asked. */
async function openSession(protocolVersion = '2025-11-25'): Promise<Headers> {
  const hello = { ...HELLO, protocolVersion, capabilities: { sampling: {}, elicitation: {} } }
  const { headers } = await probe.send({ body: rpc('initialize', hello) })
  const session = headers.get('mcp-session-id') ?? ''
  return { authorization: `Bearer ${core.key}`, 'mcp-session-id': session }
}

const question = { method: 'elicitation/create', params: { message: 'Which?' } }

function ask(headers: Headers): Promise<EventProbe> {
  const params = { name: 'echo__ask', arguments: question }
  return openEvents(core.mcpUrl(), { headers, body: rpc('tools/call', params, 'asking') })
}

const isQuestion = ({ json }: { json: { method?: string } }) => json.method === question.method
const isAnswer = ({ json }: { json: { id?: unknown } }) => json.id === 'asking'
const chosen = { action: 'accept', content: { colour: 'green' } }

// Shows: http-202
test('a server asks on the stream of the call, and the answer comes by POST', async () => {
  const headers = await openSession()
  await using own = await openEvents(core.mcpUrl(), { headers })
  await using stream = await ask(headers)
  const { json } = await stream.event(isQuestion)
  expect(json.params).toMatchObject({ message: 'Which?' })
  const answer = { jsonrpc: '2.0', id: json.id, result: chosen }
  expect(await probe.send({ headers, body: answer })).toMatchObject({ status: 202, json: {} })
  const { json: called } = await stream.event(isAnswer)
  expect(called.result).toMatchObject({ structuredContent: { result: chosen } })
  expect(own.events.some(isQuestion)).toBe(false)
})

test('what was asked while nobody read is asked once the stream is resumed', async () => {
  const headers = await openSession()
  const stream = await ask(headers)
  const { id = '', json: asked } = await stream.event(isQuestion)
  stream.destroy()
  await stream.over
  const before = `${id.split('_')[0]}_0`
  await using again = await openEvents(core.mcpUrl(), {
    headers: { ...headers, 'last-event-id': before },
  })
  const { json } = await again.event(isQuestion)
  expect(json.id).toBe(asked.id)
  await probe.send({ headers, body: { jsonrpc: '2.0', id: json.id, result: chosen } })
  expect((await again.event(isAnswer)).json.result).toMatchObject({
    structuredContent: { result: chosen },
  })
})

// Shows: elicitation-bound
test('an answer from another session reaches nobody, and the question stays', async () => {
  const [headers, others] = [await openSession(), await openSession()]
  await using stream = await ask(headers)
  const { json } = await stream.event(isQuestion)
  const forged = { jsonrpc: '2.0', id: json.id, result: { action: 'accept', content: { by: 1 } } }
  expect(await probe.send({ headers: others, body: forged })).toMatchObject({ status: 202 })
  await probe.send({ headers, body: { ...forged, result: chosen } })
  const { json: called } = await stream.event(isAnswer)
  expect(called.result).toMatchObject({ structuredContent: { result: chosen } })
})

test('an error of the client is the answer, too', async () => {
  const headers = await openSession()
  await using stream = await ask(headers)
  const { json } = await stream.event(isQuestion)
  const error = { code: -32099, message: 'not now', data: [1] }
  await probe.send({ headers, body: { jsonrpc: '2.0', id: json.id, error } })
  const { json: called } = await stream.event(isAnswer)
  expect(called.result).toMatchObject({ structuredContent: { error } })
})

test('a client that takes no stream cannot be asked, and nobody waits for it', async () => {
  const headers = { ...(await openSession()), accept: 'application/json' }
  const body = rpc('tools/call', { name: 'echo__ask', arguments: question })
  const { json } = await probe.send({ headers, body })
  expect(json.result).toMatchObject({ structuredContent: { error: { code: -32603 } } })
})

test('an answer may come in a batch, in revisions that have them', async () => {
  const headers = await openSession('2025-03-26')
  await using stream = await ask(headers)
  const { json } = await stream.event(isQuestion)
  const answer = { jsonrpc: '2.0', id: json.id, result: chosen }
  const { json: given } = await probe.send({ headers, body: [answer, rpc('ping', {}, 'p')] })
  expect(given).toMatchObject([{ id: 'p', result: {} }])
  expect((await stream.event(isAnswer)).json.result).toMatchObject({
    structuredContent: { result: chosen },
  })
})

// Shows: http-not-accepted
test.each<[string, object]>([
  ['neither result nor error of its shape', { result: 'text' }],
  ['both', { result: {}, error: { code: 1, message: 'x' } }],
  ['an error without a code', { error: { message: 'x' } }],
  ['an id that is no id', { id: {}, result: {} }],
])('an answer with %s: 400', async (_, fields) => {
  const headers = await openSession()
  const body = { jsonrpc: '2.0', id: 1, ...fields }
  expect(await probe.send({ headers, body })).toMatchObject({
    status: 400,
    json: { error: { code: -32600 } },
  })
})

// Shows: lifecycle-server-waits
test('a session that is not initialized yet is asked nothing', async () => {
  const early = await openSession()
  await using own = await openEvents(core.mcpUrl(), { headers: early })
  const other = await openSession()
  const send = (name: string, args: object = {}) =>
    probe.send({ headers: other, body: rpc('tools/call', { name, arguments: args }) })
  await send('echo__ask_later', question)
  // News may come, so that the stream is known to be read.
  await send('echo__change_tools')
  await own.event(({ json }) => json.method === 'notifications/tools/list_changed')
  expect(own.events.filter(({ json }) => json.method !== undefined && 'id' in json)).toEqual([])
  const body = { jsonrpc: '2.0', method: 'notifications/initialized' }
  await probe.send({ headers: early, body })
  await using stream = await ask(early)
  const { json } = await stream.event(isQuestion)
  await probe.send({ headers: early, body: { jsonrpc: '2.0', id: json.id, result: chosen } })
  expect((await stream.event(isAnswer)).json.result).toMatchObject({
    structuredContent: { result: chosen },
  })
})
