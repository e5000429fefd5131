import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { HELLO, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({
    file: configFileOf([
      echoServer({ name: 'echo' }),
      echoServer({ name: 'gone', exitAtStart: { code: 3, stderr: 'no licence found' } }),
    ]),
  })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

describe('sessions of the legacy era', () => {
  // Shows: session-id-missing
  test('no session id: 400; an unknown one: 404; another caller’s: 404', async () => {
    expect((await probe.send({ body: rpc('tools/list') })).status).toBe(400)
    const unknown = { 'mcp-session-id': crypto.randomUUID() }
    expect((await probe.send({ body: rpc('tools/list'), headers: unknown })).status).toBe(404)
    const { key } = await core.admin.apiKeys.create.mutate({ name: 'another' })
    const stolen = { 'mcp-session-id': await probe.openSession(), authorization: `Bearer ${key}` }
    expect((await probe.send({ body: rpc('tools/list'), headers: stolen })).status).toBe(404)
    expect((await probe.send({ method: 'GET', headers: stolen })).status).toBe(404)
    expect((await probe.send({ method: 'DELETE', headers: stolen })).status).toBe(404)
  })

  test('a session of one endpoint is unknown on another', async () => {
    const { namespaceId = '' } = (await core.admin.endpoints.list.query())[0] ?? {}
    await core.admin.endpoints.create.mutate({ name: 'second', namespaceId })
    const headers = { 'mcp-session-id': await probe.openSession() }
    const path = '/metamcp/second/mcp'
    expect((await probe.send({ path, body: rpc('tools/list'), headers })).status).toBe(404)
  })

  // Shows: session-ended, ping-answered
  test('DELETE ends it', async () => {
    const headers = { 'mcp-session-id': await probe.openSession() }
    expect((await probe.send({ body: rpc('ping'), headers })).json.result).toEqual({})
    expect((await probe.send({ method: 'DELETE', headers })).status).toBe(200)
    expect((await probe.send({ body: rpc('ping'), headers })).status).toBe(404)
  })

  // Shows: version-agreed
  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2024-11-05', '2024-11-05'],
    ['1999-01-01', '2025-11-25'],
  ])('a client that asks for %s gets %s', async (asked, answered) => {
    const body = rpc('initialize', { ...HELLO, protocolVersion: asked })
    expect((await probe.send({ body })).json.result).toMatchObject({ protocolVersion: answered })
  })

  // Shows: version-header-invalid
  test('an unknown MCP-Protocol-Version: 400', async () => {
    const headers = {
      'mcp-session-id': await probe.openSession(),
      'mcp-protocol-version': '1999-01-01',
    }
    expect((await probe.send({ body: rpc('ping'), headers })).status).toBe(400)
  })

  // Shows: http-202, json-rpc-notification
  test('notifications and answers of the client: 202 without a body', async () => {
    const headers = { 'mcp-session-id': await probe.openSession() }
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
    expect(await probe.send({ body: initialized, headers })).toMatchObject({
      status: 202,
      json: {},
    })
    const answered = { jsonrpc: '2.0', id: 5, result: {} }
    expect(await probe.send({ body: answered, headers })).toMatchObject({ status: 202, json: {} })
  })

  // Shows: http-not-accepted
  test('an answer that belongs to no session is refused as a request would be', async () => {
    const answered = { jsonrpc: '2.0', id: 5, result: {} }
    expect((await probe.send({ body: answered })).status).toBe(400)
    const headers = { 'mcp-session-id': crypto.randomUUID() }
    expect((await probe.send({ body: answered, headers })).status).toBe(404)
  })

  test('initialize belongs to this era, whatever the version header says', async () => {
    const headers = { 'mcp-protocol-version': '2026-07-28' }
    expect((await probe.send({ body: rpc('initialize', HELLO), headers })).status).toBe(200)
  })

  test('a call whose session ends is answered, not left waiting', async () => {
    const headers = { 'mcp-session-id': await probe.openSession() }
    const params = { name: 'echo__never', _meta: { progressToken: 1 } }
    const call = probe.send({ body: rpc('tools/call', params), headers })
    const second = probe.send({ body: rpc('tools/call', { name: 'echo__env' }, 2), headers })
    await second
    expect((await probe.send({ method: 'DELETE', headers })).status).toBe(200)
    expect((await call).json.error).toMatchObject({ code: -32603 })
  })

  // Shows: version-header-absent, json-rpc-result
  test('a batch is answered in the revisions that have it, and refused in the others', async () => {
    const batch = [rpc('ping', {}, 'a'), rpc('ping', {}, 'b')]
    const newer = { 'mcp-session-id': await probe.openSession() }
    expect((await probe.send({ body: batch, headers: newer })).status).toBe(400)
    const old = await probe.send({
      body: rpc('initialize', { ...HELLO, protocolVersion: '2025-03-26' }),
    })
    const older = { 'mcp-session-id': old.headers.get('mcp-session-id') ?? '' }
    const { json } = await probe.send({ body: batch, headers: older })
    expect(json).toMatchObject([{ id: 'a' }, { id: 'b' }])
  })

  test('GET without text/event-stream: 406; an unknown method of HTTP: 405', async () => {
    const headers = { 'mcp-session-id': await probe.openSession(), accept: 'application/json' }
    expect((await probe.send({ method: 'GET', headers })).status).toBe(406)
    const put = await probe.send({ method: 'PUT', headers })
    expect(put.status).toBe(405)
    expect(put.headers.get('allow')).toBe('POST, GET, DELETE')
  })
})

describe('bodies', () => {
  test.each<[string, { body: unknown; code: number }]>([
    ['not JSON', { body: '{"jsonrpc":', code: -32700 }],
    ['empty', { body: '', code: -32700 }],
    ['not an object', { body: '7', code: -32600 }],
    ['an empty batch', { body: [], code: -32600 }],
    ['without jsonrpc', { body: { id: 1, method: 'ping' }, code: -32600 }],
    ['a method that is no string', { body: { jsonrpc: '2.0', id: 1, method: 7 }, code: -32600 }],
    [
      'params that are a list',
      { body: { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }, code: -32600 },
    ],
    ['an id that is an object', { body: { jsonrpc: '2.0', id: {}, method: 'ping' }, code: -32600 }],
    [
      'an id beyond 2^53',
      { body: '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', code: -32600 },
    ],
    [
      'params that are a number beyond 2^53',
      { body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":9007199254740993}', code: -32600 },
    ],
    ['a number beyond 2^53', { body: '9007199254740993', code: -32600 }],
    ['initialize without a version', { body: rpc('initialize', {}), code: -32602 }],
  ])('%s', async (_, { body, code }) => {
    expect(await probe.send({ body })).toMatchObject({ status: 400, json: { error: { code } } })
  })

  test('integers beyond 2^53 reach the server and come back as they were', async () => {
    const body = JSON.stringify(
      rpc('tools/call', { name: 'echo__reflect', arguments: { big: 'HERE' } }),
    ).replace('"HERE"', '9007199254740993')
    const response = await fetch(core.mcpUrl(), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${core.key}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-session-id': await probe.openSession(),
      },
      body,
    })
    expect(await response.text()).toMatch(/"structuredContent":[^]*9007199254740993[^]*/)
  })

  test('a body of another type: 415', async () => {
    const headers = { 'content-type': 'text/plain' }
    expect((await probe.send({ body: rpc('ping'), headers })).status).toBe(415)
    const trick = { 'content-type': 'text/plain; x=application/json' }
    expect((await probe.send({ body: rpc('ping'), headers: trick })).status).toBe(415)
  })

  test('a body that is nested too deep is refused before it is parsed', async () => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(100_000)}`
    const { status, json } = await probe.send({ body })
    expect(status).toBe(400)
    expect(json.error).toMatchObject({ code: -32600 })
    const text = '[{"[\\"'.repeat(10_000)
    const headers = { 'mcp-session-id': await probe.openSession() }
    expect((await probe.send({ body: rpc('ping', { text }), headers })).status).toBe(200)
  })

  test('a body in pieces that is too large: 413 as well', async () => {
    const piece = new TextEncoder().encode('x'.repeat(1024 * 1024))
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        if (sent++ < 20) controller.enqueue(piece)
        else controller.close()
      },
    })
    const headers = { authorization: `Bearer ${core.key}`, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body, duplex: 'half' }
    expect((await fetch(core.mcpUrl(), init)).status).toBe(413)
  })

  test('a body that is too large: 413', async () => {
    const body = rpc('ping', { text: 'x'.repeat(64 * 1024 * 1024) })
    expect((await probe.send({ body })).status).toBe(413)
  })
})

describe('errors', () => {
  type Refused = { method: string; params: object; error: object; says?: RegExp }
  const thrown = { code: -31999, message: 'own', data: [1] }
  // Shows: prompts-unknown, resources-unknown-legacy, pagination-invalid
  test.each<[string, Refused]>([
    [
      'an unknown tool',
      { method: 'tools/call', params: { name: 'nope' }, error: { code: -32602 }, says: /nope/ },
    ],
    [
      'a tool whose name is a list that reads like one',
      { method: 'tools/call', params: { name: ['echo__echo'] }, error: { code: -32602 } },
    ],
    [
      'a prompt whose name is an object',
      { method: 'prompts/get', params: { name: { toString: 1 } }, error: { code: -32602 } },
    ],
    ['a tool without a name', { method: 'tools/call', params: {}, error: { code: -32602 } }],
    [
      'an unknown prompt',
      { method: 'prompts/get', params: { name: 'nope' }, error: { code: -32602 }, says: /nope/ },
    ],
    [
      'an unknown resource',
      { method: 'resources/read', params: { uri: 'zip://x' }, error: { code: -32002 } },
    ],
    ['an unknown method', { method: 'novel/method', params: {}, error: { code: -32601 } }],
    [
      'a cursor that is not ours',
      { method: 'tools/list', params: { cursor: 'x' }, error: { code: -32602 } },
    ],
    [
      'an error a server answered',
      {
        method: 'tools/call',
        params: { name: 'echo__throw', arguments: thrown },
        error: thrown,
      },
    ],
  ])('%s', async (_, { method, params, error, says = /./ }) => {
    const headers = { 'mcp-session-id': await probe.openSession() }
    const { status, json } = await probe.send({ body: rpc(method, params), headers })
    expect(status).toBe(200)
    expect(json.error).toMatchObject(error)
    expect(json.error).toHaveProperty('message', expect.stringMatching(says))
  })

  test('a server that does not start: -32603 with the server and what a person can act on', async () => {
    const headers = { 'mcp-session-id': await probe.openSession() }
    const { id } = await core.admin.servers.create.mutate(echoServer({ name: 'known' }))
    const [namespace] = await core.admin.namespaces.list.query()
    const servers = [...(namespace?.servers ?? []), { serverId: id, enabled: true }]
    await core.admin.namespaces.update.mutate({ id: namespace?.id ?? '', patch: { servers } })
    const call = () => probe.send({ body: rpc('tools/call', { name: 'known__env' }), headers })
    expect((await call()).json.result).toBeDefined()
    const patch = { command: 'no-such-command-anywhere' }
    await core.admin.servers.update.mutate({ id, patch })
    const { status, json } = await call()
    expect(status).toBe(200)
    expect(json.error).toMatchObject({ code: -32603, data: { server: 'known' } })
    const named = expect.stringContaining('no-such-command-anywhere') as string
    expect(json.error).toHaveProperty('data.reason', named)
  })

  test('a server that exits says so to who manages it, with its last words', async () => {
    const { id = '' } = (await core.admin.servers.list.query()).find((s) => s.name === 'gone') ?? {}
    await expect.poll(async () => (await core.admin.servers.get.query({ id })).state).toBe('failed')
    expect((await core.admin.servers.get.query({ id })).error).toMatch(/code 3[^]*no licence found/)
  })

  test('a server that dies in a call: -32603 with server and reason, and the next call works', async () => {
    const headers = { 'mcp-session-id': await probe.openSession() }
    const call = (name: string, args: object) =>
      probe.send({ body: rpc('tools/call', { name, arguments: args }), headers })
    const { json } = await call('echo__exit', { code: 7, stderr: 'last words' })
    expect(json.error).toMatchObject({ code: -32603, data: { server: 'echo' } })
    expect(json.error).toHaveProperty('data.reason', expect.stringMatching(/7[^]*last words/))
    expect((await call('echo__echo', { message: 'back' })).json.result).toMatchObject({
      content: [{ text: 'back' }],
    })
  })
})
