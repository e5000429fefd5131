import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** What goes wrong, and in which words clients of each era hear of it. */

const ERAS = ['legacy', 'modern'] as const
let core: TempCore
let probe: ReturnType<typeof openProbe>
const made = new AsyncDisposableStack()
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-errors-'))
  made.defer(() => rm(folder, { recursive: true, force: true }))
  const mayStart = join(folder, 'may-start')
  await writeFile(mayStart, '')
  const lost = { exitAtStart: { code: 3 }, exitUnless: mayStart }
  const servers = [
    echoServer({ name: 'old' }),
    echoServer({ name: 'new', era: 'modern' }),
    echoServer({ ...lost, name: 'down', extraResources: [{ uri: 'lost://one', name: 'lost' }] }),
  ]
  core = made.use(await startTempCore({ file: configFileOf(servers) }))
  probe = openProbe(core)
  await using client = await openRawClient(core, { era: 'modern' })
  await client.request('resources/list')
  await rm(mayStart)
  await client.call('down__exit').catch(() => undefined)
})
afterAll(() => made.disposeAsync())

const send = async (era: string, message: ReturnType<typeof rpc>) => {
  const { method, params } = message as { method: string; params: { name?: string; uri?: string } }
  if (era === 'legacy') {
    return probe.send({ body: message, headers: { 'mcp-session-id': await probe.openSession() } })
  }
  const name = [params.name, params.uri].find((one) => typeof one === 'string')
  const body = { ...modern(method, params), id: message.id }
  return probe.send({ body, headers: modernHeaders(method, name) })
}

const ref = (name: unknown) => ({
  ref: { type: 'ref/prompt', name },
  argument: { name: 'a', value: '' },
})
type Failing = [method: string, params: object, legacyCode: number, modernCode: number]
const FAILING: Failing[] = [
  ['no/such', {}, -32601, -32601],
  ['tools/call', { name: 'unknown' }, -32602, -32602],
  ['tools/call', { name: 'unknown__unknown' }, -32602, -32602],
  ['tools/call', { name: 'old__unknown' }, -32602, -32602],
  ['tools/call', { name: 'down__echo' }, -32603, -32603],
  ['prompts/get', { name: 'unknown' }, -32602, -32602],
  ['tools/list', { cursor: 'not-ours' }, -32602, -32602],
  ['resources/read', { uri: 'nobody://x' }, -32002, -32602],
  ['resources/read', { uri: 'lost://one' }, -32603, -32603],
  ['completion/complete', ref('unknown'), -32602, -32602],
  ['completion/complete', ref('old__unknown'), -32602, -32602],
]

// Shows: json-rpc-error, error-codes-former, error-codes-reserved, error-codes-old-range, completion-unknown, resources-failure
describe.each(FAILING)('%s %j', (...failing) => {
  const [method, params, legacyCode, modernCode] = failing
  test.each([
    ['legacy', 'text'],
    ['legacy', 0],
    ['modern', 'text'],
    ['modern', 0],
    ['modern', -5],
  ])('is refused to a %s client under its id %j', async (era, id) => {
    const { json } = await send(era, rpc(method, params, id))
    const code = era === 'legacy' ? legacyCode : modernCode
    expect(json).toMatchObject({ jsonrpc: '2.0', id, error: { code } })
    expect(json).not.toHaveProperty('result')
    expect((json.error as { message: string }).message).not.toBe('')
  })
})

// Shows: error-codes-old-range
test.each<[string, object, number]>([
  ['no method of the era', { method: 'GET' }, 405],
  ['no key', { headers: { authorization: '' } }, 401],
  ['another key', { headers: { authorization: 'Bearer x' } }, 401],
  ['no endpoint', { path: '/metamcp/nowhere/mcp' }, 404],
  ['no answer wanted', { headers: { accept: 'text/html' } }, 406],
  ['no JSON', { body: '{' }, 400],
  ['a batch', { body: [] }, 400],
])('a request with %s is refused with a code of JSON-RPC itself', async (_, sent, status) => {
  const headers = modernHeaders('tools/list')
  const { headers: own = {} } = sent as { headers?: object }
  const body = 'method' in sent ? undefined : modern('tools/list')
  const answered = await probe.send({ body, ...sent, headers: { ...headers, ...own } })
  expect(answered.status).toBe(status)
  const { code } = answered.json.error as { code: number }
  expect([-32700, -32600, -32603]).toContain(code)
})

// Shows: json-rpc-id-type, json-rpc-error
test.each(ERAS)('a %s request whose id is no string and no integer is refused', async (era) => {
  for (const id of [null, {}, [1], 1.5, true]) {
    const answered = await send(era, rpc('tools/list', {}, id))
    expect(answered).toMatchObject({ status: 400, json: { error: { code: -32600 } } })
    expect(answered.json.id ?? null).toBe(null)
  }
})

// Shows: resources-uri
test.each(ERAS)('a %s client that reads what is no URI is refused', async (era) => {
  for (const uri of [undefined, null, 7, ['echo://text'], { uri: 'echo://text' }, '', 'no uri']) {
    const { json } = await send(era, rpc('resources/read', { uri }))
    const { code } = json.error as { code: number }
    expect([-32602, -32002, ...(era === 'modern' ? [-32020] : [])]).toContain(code)
  }
})

// Shows: logging-level-invalid
test('a level that there is not is refused', async () => {
  for (const level of ['loud', 7, null, undefined]) {
    const { json } = await send('legacy', rpc('logging/setLevel', { level }))
    expect(json).toMatchObject({ error: { code: -32602 } })
  }
  const body = modern('tools/list')
  const { _meta } = body.params as unknown as { _meta: Record<string, unknown> }
  _meta['io.modelcontextprotocol/logLevel'] = 'loud'
  const answered = await probe.send({ body, headers: modernHeaders('tools/list') })
  expect(answered).toMatchObject({ status: 400, json: { id: 1, error: { code: -32602 } } })
})

// Shows: error-codes-former
test.each(['old', 'new'])(
  'codes of before are not heard by modern clients (%s)',
  async (server) => {
    const capabilities = { elicitation: { url: {} } }
    await using plain = await openRawClient(core, { era: 'modern' })
    const answer = () => ({ action: 'decline' })
    await using opener = await openRawClient(core, { era: 'modern', capabilities, answer })
    for (const client of [plain, opener]) {
      for (const code of [-32002, -32042]) {
        const thrown = await client
          .call(`${server}__throw`, { code })
          .catch((error: unknown) => error)
        expect((thrown as { code: number }).code).toBeGreaterThan(-32700)
        expect([-32002, -32042]).not.toContain((thrown as { code: number }).code)
      }
    }
    await using old = await openRawClient(core, { era: 'legacy' })
    await expect(old.call('old__throw', { code: -32002 })).rejects.toMatchObject({ code: -32002 })
  },
)

// Shows: result-type-unknown
test('a result of a type that a client cannot know is an error', async () => {
  const novel = { resultType: 'x-novel' }
  const reason = { code: -32603, data: { server: 'new' } }
  for (const era of ERAS) {
    await using client = await openRawClient(core, { era })
    await expect(client.call('new__unknown_content', novel)).rejects.toMatchObject(reason)
  }
  const capabilities = { extensions: { 'x.example/novel': {} } }
  await using knowing = await openRawClient(core, { era: 'modern', capabilities })
  const params = { name: 'new__unknown_content', arguments: novel }
  expect(await knowing.request('tools/call', params)).toMatchObject(novel)
})

// Shows: version-extension
test('what belongs to an extension goes to clients that have it, others do without', async () => {
  const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
  await using plain = await openRawClient(core, { era: 'modern' })
  await using able = await openRawClient(core, { era: 'modern', capabilities: tasks })
  await using old = await openRawClient(core, { era: 'legacy' })
  const params = { name: 'new__slow_task', arguments: { steps: 1 } }
  expect(await able.request('tools/call', params)).toMatchObject({ resultType: 'task' })
  for (const client of [plain, old]) {
    expect(await client.call(params.name, params.arguments)).toBe('done after 1 steps')
    const forced = client.call('new__unknown_content', { resultType: 'task' })
    await expect(forced).rejects.toMatchObject({ code: -32603, data: { server: 'new' } })
  }
})
