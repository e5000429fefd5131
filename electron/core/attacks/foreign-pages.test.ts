import { afterAll, beforeAll, expect, test } from 'vitest'
import { rpc, HELLO } from '../testing/http-probe.ts'
import { rawRequest, sendRaw } from '../testing/raw-http.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Pages of others, in the browser of somebody who may do everything. */

let core: TempCore

beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
})
afterAll(() => core[Symbol.asyncDispose]())

const initialize = JSON.stringify(rpc('initialize', HELLO))
const paused = JSON.stringify({ paused: true })

/** One request for each face; each would be answered well to who may. */
const FACES: [name: string, line: string, body?: string][] = [
  ['health', 'GET /health'],
  ['the page', 'GET /'],
  ['Streamable HTTP', 'POST /metamcp/default/mcp', initialize],
  ['a stream', 'GET /metamcp/default/mcp'],
  ['the end of a session', 'DELETE /metamcp/default/mcp'],
  ['SSE', 'GET /metamcp/default/sse'],
  ['a message of SSE', 'POST /metamcp/default/message?sessionId=x', initialize],
  ['the proxy', 'POST /mcp-proxy/server/x/mcp', initialize],
  ['reading over the management API', 'GET /trpc/frontend/servers.list'],
  ['changing over it', 'POST /trpc/frontend/settings.setPaused', paused],
  ['a subscription', 'GET /trpc/frontend/status.changes'],
  ['the admin token', 'POST /session', '{"token":"x"}'],
  ['accounts', 'POST /api/auth/sign-in/email', '{"email":"a@example.com","password":"x"}'],
  ['metadata', 'GET /.well-known/oauth-protected-resource'],
  ['the return of a sign-in', 'GET /oauth/callback?code=x&state=y'],
]

/** As a browser would send it that has every credential. */
function credentials(): Record<string, string> {
  return {
    Authorization: `Bearer ${core.adminToken.token}`,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  }
}

test.each(FACES)('DNS rebinding: %s is for our own names alone', async (_, line, body = '') => {
  const { host } = new URL(core.url)
  for (const name of [
    'evil.example',
    `evil.example:${new URL(core.url).port}`,
    `${host}.evil.example`,
  ]) {
    const headers = { ...credentials(), Host: name }
    expect(await sendRaw(core, rawRequest(core, line, { headers, body }))).toMatchObject({
      status: 403,
    })
  }
})

test('DNS rebinding: no Host, and two of them, are refused', async () => {
  const { status } = await sendRaw(core, 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n')
  expect(status).toBe(400)
  const two =
    'GET /health HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  expect([400, 403]).toContain((await sendRaw(core, two)).status)
})

test.each(FACES)('a page of another origin gets nothing: %s', async (_, line, body = '') => {
  const { port } = new URL(core.url)
  const origins = [
    'https://evil.example',
    'null',
    `http://127.0.0.1:${port}.evil.example`,
    `http://127.0.0.1:${Number(port) + 1}`,
    `https://127.0.0.1:${port}`,
    'file://',
  ]
  for (const origin of origins) {
    const headers = { ...credentials(), Origin: origin }
    const { status, head } = await sendRaw(core, rawRequest(core, line, { headers, body }))
    expect([origin, status]).toEqual([origin, 403])
    expect(head.toLowerCase()).not.toContain('access-control-allow')
  }
})

test('nothing of all that has changed anything', async () => {
  const { paused: isPaused } = await core.admin.settings.get.query()
  expect(isPaused).toBe(false)
  // It would have: the same request without an origin.
  const headers = credentials()
  const line = 'POST /trpc/frontend/settings.setPaused'
  const { status } = await sendRaw(core, rawRequest(core, line, { headers, body: paused }))
  expect(status).toBe(200)
  expect((await core.admin.settings.get.query()).paused).toBe(true)
})

test('a preflight of another origin allows nothing', async () => {
  const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }
  for (const path of [
    '/metamcp/default/mcp',
    '/trpc/frontend/servers.list',
    '/api/auth/sign-out',
  ]) {
    const { status, head } = await sendRaw(core, rawRequest(core, `OPTIONS ${path}`, { headers }))
    expect(status).toBe(403)
    expect(head.toLowerCase()).not.toContain('access-control-allow')
  }
})

test('a form of another page, which needs no leave of CORS, is no JSON', async () => {
  for (const path of ['/metamcp/default/mcp', '/trpc/frontend/settings.setPaused']) {
    const key = path.startsWith('/metamcp/') ? core.key : core.adminToken.token
    const headers = { 'Content-Type': 'text/plain', Authorization: `Bearer ${key}` }
    const sent = rawRequest(core, `POST ${path}`, { headers, body: '{"paused":false}' })
    expect([path, (await sendRaw(core, sent)).status]).toEqual([path, 415])
  }
})
