import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents } from '../testing/event-probe.ts'
import { MODERN, modern, modernHeaders, openProbe } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

const parameters = {
  region: { type: 'string', 'x-mcp-header': 'Region' },
  count: { type: 'integer', 'x-mcp-header': 'Count' },
  dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
  where: { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } },
}
const marked = { name: 'marked', inputSchema: { type: 'object', properties: parameters } }

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({ file: configFileOf([echoServer({ extraTools: [marked] })]) })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

function callMarked(args: unknown, headers: Record<string, string>) {
  const name = 'echo__marked'
  const body = modern('tools/call', { name, arguments: args })
  return probe.send({ body, headers: { ...modernHeaders('tools/call', name), ...headers } })
}

const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

// Shows: http-param-null, http-param-numeric, http-headers-decoded, http-param-unknown, http-headers-case
test.each<[string, unknown, Record<string, string>]>([
  ['a string', { region: 'eu' }, { 'mcp-param-region': 'eu' }],
  ['in any case', { region: 'eu' }, { 'MCP-Param-REGION': 'eu' }],
  ['an empty string', { region: '' }, { 'mcp-param-region': '' }],
  ['base64 of what a header can hold', { region: 'eu' }, { 'mcp-param-region': base64('eu') }],
  ['base64 of what it cannot', { region: ' ü\n' }, { 'mcp-param-region': base64(' ü\n') }],
  ['what only looks like base64', { region: 'ZXU=' }, { 'mcp-param-region': 'ZXU=' }],
  ['an integer', { count: 42 }, { 'mcp-param-count': '42' }],
  ['an integer in other letters', { count: 42 }, { 'mcp-param-count': '42.0' }],
  ['a boolean', { dry: false }, { 'mcp-param-dry': 'false' }],
  ['a nested value', { where: { city: 'Bern' } }, { 'mcp-param-city': 'Bern' }],
  ['null', { region: null }, {}],
  ['no arguments', undefined, {}],
  ['a header that nobody asks for', {}, { 'mcp-param-other': 'x' }],
])('Mcp-Param: %s is fine', async (_, args, headers) => {
  const { status, json } = await callMarked(args, headers)
  expect(status).toBe(200)
  expect(json.result).toMatchObject({ resultType: 'complete' })
})

// Shows: http-param-checked, http-param-characters
test.each<[string, unknown, Record<string, string>]>([
  ['is missing', { region: 'eu' }, {}],
  ['differs', { region: 'eu' }, { 'mcp-param-region': 'us' }],
  ['differs in case', { region: 'eu' }, { 'mcp-param-region': 'EU' }],
  ['differs inside', { where: { city: 'Bern' } }, { 'mcp-param-city': 'Basel' }],
  ['belongs to null', { region: null }, { 'mcp-param-region': 'null' }],
  ['belongs to nothing', {}, { 'mcp-param-region': 'eu' }],
  ['belongs to no primitive', { region: ['eu'] }, { 'mcp-param-region': 'eu' }],
  ['is another number', { count: 42 }, { 'mcp-param-count': '42.5' }],
  ['is no number', { count: 0 }, { 'mcp-param-count': '' }],
  ['is a hexadecimal number', { count: 42 }, { 'mcp-param-count': '0x2a' }],
  ['is a number of another string', { region: '42' }, { 'mcp-param-region': '42.0' }],
  ['is base64 without padding', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }],
  ['is no base64', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVs!!!bG8=?=' }],
  ['has other characters', { region: 'ü' }, { 'mcp-param-region': 'ü' }],
])('Mcp-Param: one that %s is refused: 400 with -32020', async (_, args, headers) => {
  expect(await callMarked(args, headers)).toMatchObject({
    status: 400,
    json: { id: 1, error: { code: -32020 } },
  })
})

test('integers beyond 2^53 are compared digit by digit', async () => {
  const name = 'echo__marked'
  const body = JSON.stringify(modern('tools/call', { name, arguments: { count: 7 } }))
  const send = (count: string) =>
    probe.send({
      body: body.replace('"count":7', '"count":9007199254740993'),
      headers: { ...modernHeaders('tools/call', name), 'mcp-param-count': count },
    })
  expect((await send('9007199254740993')).status).toBe(200)
  expect((await send('9007199254740992')).status).toBe(400)
})

test.each(['tasks/get', 'tasks/update', 'tasks/cancel'])(
  '%s: Mcp-Name repeats the id of the task',
  async (method) => {
    const body = modern(method, { taskId: 'some-task' })
    const wrong = await probe.send({ body, headers: modernHeaders(method, 'another') })
    expect(wrong).toMatchObject({ status: 400, json: { error: { code: -32020 } } })
    const right = await probe.send({ body, headers: modernHeaders(method, 'some-task') })
    expect(right.json.error).not.toMatchObject({ code: -32020 })
  },
)

// Shows: http-session-ignored
describe('what the modern era has no more', () => {
  test.each(['GET', 'DELETE'])('%s: 405', async (method) => {
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-session-id': await probe.openSession() }
    const refused = await probe.send({ method, headers })
    expect(refused.status).toBe(405)
    expect(refused.headers.get('allow')).toBe('POST')
  })

  test('Last-Event-ID and Mcp-Session-Id mean nothing, and no session is given', async () => {
    const more = { 'last-event-id': 'c1_1', 'mcp-session-id': 'x' }
    const headers = { ...modernHeaders('tools/list'), ...more }
    const answered = await probe.send({ body: modern('tools/list'), headers })
    expect(answered.status).toBe(200)
    expect(answered.headers.get('mcp-session-id')).toBeNull()
  })

  test('streams have no ids: there is nothing to come back to', async () => {
    const params = { name: 'echo__slow', arguments: { steps: 2 } }
    const body = modern('tools/call', params)
    const meta = (body.params as { _meta: Record<string, unknown> })._meta
    meta.progressToken = 1
    const headers = {
      authorization: `Bearer ${core.key}`,
      ...modernHeaders('tools/call', params.name),
    }
    await using stream = await openEvents(core.mcpUrl(), { headers, body })
    expect(await stream.over).toBe('ended')
    expect(stream.events.length).toBeGreaterThan(1)
    expect(stream.events.every(({ id }) => id === undefined)).toBe(true)
  })
})

// Shows: http-unbuffered
describe('subscriptions/listen', () => {
  const body = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const headers = () => ({
    authorization: `Bearer ${core.key}`,
    ...modernHeaders('subscriptions/listen'),
  })

  test('is a stream that begins with what is heard, and brings the news', async () => {
    await using stream = await openEvents(core.mcpUrl(), { headers: headers(), body })
    expect(stream.headers['content-type']).toBe('text/event-stream')
    expect(stream.headers['x-accel-buffering']).toBe('no')
    await stream.event(() => true)
    expect(stream.events[0]?.json.method).toBe('notifications/subscriptions/acknowledged')
    const name = 'echo__change_tools'
    const change = modern('tools/call', { name })
    await probe.send({ body: change, headers: modernHeaders('tools/call', name) })
    await stream.event(({ json }) => json.method === 'notifications/tools/list_changed')
  })

  test('a client that takes no stream: 406', async () => {
    const sent = { body, headers: { ...headers(), accept: 'application/json' } }
    expect(await probe.send(sent)).toMatchObject({ status: 406, json: { id: 1, error: {} } })
  })
})
