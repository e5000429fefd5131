import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectAuto } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { HELLO, openProbe, rpc } from '../testing/http-probe.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore()
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

describe('who may call', () => {
  // Shows: http-authenticated
  test.each<[string, Record<string, string>]>([
    ['no key', { authorization: '' }],
    ['a wrong key', { authorization: `Bearer sk_mt_${'x'.repeat(64)}` }],
    ['a key in a scheme of another kind', { authorization: 'Basic abc' }],
    ['the admin token, which opens the management API only', { authorization: 'admin' }],
  ])('%s: 401 with WWW-Authenticate', async (_, headers) => {
    const authorization =
      headers.authorization === 'admin' ? `Bearer ${core.adminToken.token}` : headers.authorization
    const { status, headers: answered } = await probe.send({
      body: rpc('initialize', HELLO),
      headers: { ...headers, authorization: authorization ?? '' },
    })
    expect(status).toBe(401)
    expect(answered.get('www-authenticate')).toMatch(/^Bearer/)
  })

  test('a key as X-API-Key is as good', async () => {
    const headers = { authorization: '', 'x-api-key': core.key }
    expect((await probe.send({ body: rpc('initialize', HELLO), headers })).status).toBe(200)
  })

  test('a key in the query is taken only where the endpoint allows it', async () => {
    const { id } = (await core.admin.endpoints.list.query()).find((e) => e.name === 'default') ?? {}
    const path = `/metamcp/default/mcp?api_key=${core.key}`
    const ask = () =>
      probe.send({ path, headers: { authorization: '' }, body: rpc('initialize', HELLO) })
    expect((await ask()).status).toBe(401)
    await core.admin.endpoints.update.mutate({
      id: id ?? '',
      patch: { auth: { queryParam: true } },
    })
    expect((await ask()).status).toBe(200)
    await core.admin.endpoints.update.mutate({
      id: id ?? '',
      patch: { auth: { queryParam: false } },
    })
  })

  // Shows: features-access
  test('a key that may not use this endpoint: 403', async () => {
    const { namespaceId = '' } = (await core.admin.endpoints.list.query())[0] ?? {}
    const other = await core.admin.endpoints.create.mutate({ name: 'other', namespaceId })
    const { key } = await core.admin.apiKeys.create.mutate({ name: 'o', endpoints: [other.id] })
    const headers = { authorization: `Bearer ${key}` }
    expect((await probe.send({ body: rpc('initialize', HELLO), headers })).status).toBe(403)
    const path = '/metamcp/other/mcp'
    expect((await probe.send({ body: rpc('initialize', HELLO), headers, path })).status).toBe(200)
  })

  test('a revoked key: 401 at once, and its session ends', async () => {
    const { apiKey, key } = await core.admin.apiKeys.create.mutate({ name: 'short-lived' })
    const headers = { authorization: `Bearer ${key}` }
    const session = { ...headers, 'mcp-session-id': await probe.openSession(headers) }
    const stream = await fetch(core.mcpUrl(), {
      headers: { ...session, accept: 'application/json, text/event-stream' },
    })
    await core.admin.apiKeys.setEnabled.mutate({ id: apiKey.id, enabled: false })
    // It ends, and nothing was said on it.
    expect(await stream.text()).not.toMatch(/^data: ./m)
    expect((await probe.send({ body: rpc('tools/list'), headers: session })).status).toBe(401)
  })

  test('a key that is revoked while the body of a call comes: 401, and nothing is called', async () => {
    const { apiKey, key } = await core.admin.apiKeys.create.mutate({ name: 'slow-sender' })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const sent = request(core.mcpUrl(), { method: 'POST', headers })
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>
    sent.write('{"jsonrpc":"2.0","id":1,')
    // Answered after the first part has arrived: both travel over loopback in order.
    await probe.send({ method: 'GET', path: '/health' })
    await core.admin.apiKeys.delete.mutate({ id: apiKey.id })
    sent.end(JSON.stringify(rpc('initialize', HELLO)).slice('{"jsonrpc":"2.0","id":1,'.length))
    const [response] = await answered
    response.resume()
    expect(response.statusCode).toBe(401)
    expect(response.headers['mcp-session-id']).toBeUndefined()
  })

  test('a revoked key: its calls of the modern era end, too', async () => {
    const { apiKey, key } = await core.admin.apiKeys.create.mutate({ name: 'modern' })
    const { id: serverId } = await core.admin.servers.create.mutate(echoServer())
    const [namespace] = await core.admin.namespaces.list.query()
    const patch = { servers: [{ serverId, enabled: true }] }
    await core.admin.namespaces.update.mutate({ id: namespace?.id ?? '', patch })
    await using client = await connectAuto(core.mcpUrl(), key)
    const started = Promise.withResolvers<void>()
    const call = client.callTool(
      { name: 'echo__hold', arguments: { key: 'k' } },
      { onprogress: () => started.resolve() },
    )
    const ended = expect(call).rejects.toMatchObject({ code: -32603 })
    await started.promise
    await core.admin.apiKeys.delete.mutate({ id: apiKey.id })
    await ended
  })

  // Shows: http-origin-403
  test('a foreign Origin or Host: 403 before anything else, even without a key', async () => {
    const origin = { origin: 'http://evil.example', authorization: '' }
    expect((await probe.send({ body: '{', headers: origin })).status).toBe(403)
    expect((await probe.send({ method: 'GET', path: '/health', headers: origin })).status).toBe(403)
  })

  test('a foreign Host: 403', async () => {
    const sent = request(core.mcpUrl(), { method: 'POST', headers: { host: 'evil.example' } })
    sent.end('{}')
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(403)
  })

  test('an unknown endpoint: 404', async () => {
    expect((await probe.send({ path: '/metamcp/nothing/mcp', body: rpc('ping') })).status).toBe(404)
  })
})

describe('health and the rest', () => {
  test('/health says that it is ready, and nothing else', async () => {
    const { status, json } = await probe.send({ method: 'GET', path: '/health' })
    expect(status).toBe(200)
    expect(json).toEqual({ status: 'ok', version: '0.0.0-test' })
  })

  test('the management API takes the admin token, and no API key', async () => {
    const path = '/trpc/frontend/servers.list'
    const ask = async (token: string) =>
      (await probe.send({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } }))
        .status
    expect(await ask(core.adminToken.token)).toBe(200)
    expect(await ask(core.key)).toBe(403)
    expect(await ask('wrong')).toBe(401)
  })

  test('no state is changed by GET', async () => {
    const input = encodeURIComponent(JSON.stringify({ name: 'by-get' }))
    const path = `/trpc/frontend/namespaces.create?input=${input}`
    const headers = { authorization: `Bearer ${core.adminToken.token}` }
    expect((await probe.send({ method: 'GET', path, headers })).status).toBe(405)
    expect((await core.admin.namespaces.list.query()).map((n) => n.name)).not.toContain('by-get')
  })

  test('nothing else is there', async () => {
    expect((await probe.send({ method: 'GET', path: '/nothing' })).status).toBe(404)
  })
})
