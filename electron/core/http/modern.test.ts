import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { MODERN, modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({ file: configFileOf([echoServer()]) })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

describe('the modern era', () => {
  // Shows: version-discover
  test('server/discover', async () => {
    const headers = modernHeaders('server/discover')
    const { status, json } = await probe.send({ body: modern('server/discover'), headers })
    expect(status).toBe(200)
    expect(json.result).toMatchObject({
      resultType: 'complete',
      supportedVersions: [MODERN],
      ttlMs: 0,
      cacheScope: 'private',
      capabilities: { tools: {} },
    })
  })

  test('a session id is ignored', async () => {
    const headers = { ...modernHeaders('tools/list'), 'mcp-session-id': 'whatever' }
    expect((await probe.send({ body: modern('tools/list'), headers })).status).toBe(200)
  })

  const call = modern('tools/call', { name: 'echo__echo', arguments: { message: 'x' } })
  type Refused = { body: object; headers: Record<string, string>; status: number; code: number }
  // Shows: http-headers-checked, http-unknown-method, meta-missing
  test.each<[string, Refused]>([
    ['no version header', mismatch(call, { 'mcp-method': 'tools/call', 'mcp-name': 'echo__echo' })],
    ['no method header', mismatch(call, { 'mcp-protocol-version': MODERN })],
    ['another method in the header', mismatch(call, modernHeaders('tools/list', 'echo__echo'))],
    ['another name in the header', mismatch(call, modernHeaders('tools/call', 'other'))],
    ['no name header', mismatch(call, modernHeaders('tools/call'))],
    [
      'no envelope',
      { body: rpc('tools/list'), headers: modernHeaders('tools/list'), status: 400, code: -32602 },
    ],
    ['an unknown method', unknown('no/such')],
    ['a method of the other era', unknown('ping')],
  ])('%s', async (_, { body, headers, status, code }) => {
    expect(await probe.send({ body, headers })).toMatchObject({
      status,
      json: { id: 1, error: { code } },
    })
  })

  // Shows: version-unsupported
  test('a version that we do not speak: 400 with -32022 and those that we do', async () => {
    const body = modern('tools/list')
    const params = body.params as { _meta: Record<string, unknown> }
    params._meta['io.modelcontextprotocol/protocolVersion'] = '2027-01-01'
    const headers = { ...modernHeaders('tools/list'), 'mcp-protocol-version': '2027-01-01' }
    expect(await probe.send({ body, headers })).toMatchObject({
      status: 400,
      json: { error: { code: -32022, data: { supported: [MODERN], requested: '2027-01-01' } } },
    })
  })

  // Shows: http-headers-decoded
  test('a name that a header cannot hold travels in base64', async () => {
    const uri = 'echo://items/ü'
    const name = `=?base64?${Buffer.from(uri).toString('base64')}?=`
    const headers = modernHeaders('resources/read', name)
    const { json } = await probe.send({ body: modern('resources/read', { uri }), headers })
    expect(json.result).toMatchObject({ contents: [{ uri }], resultType: 'complete' })
  })

  // Shows: resources-unknown, resources-unknown-not-empty
  test('an unknown resource: -32602, since this era has no -32002', async () => {
    const headers = modernHeaders('resources/read', 'zip://x')
    const { json } = await probe.send({
      body: modern('resources/read', { uri: 'zip://x' }),
      headers,
    })
    expect(json.error).toMatchObject({ code: -32602, data: { uri: 'zip://x' } })
  })
})

function mismatch(body: object, headers: Record<string, string>) {
  return { body, headers, status: 400, code: -32020 }
}

function unknown(method: string) {
  return { body: modern(method), headers: modernHeaders(method), status: 404, code: -32601 }
}
