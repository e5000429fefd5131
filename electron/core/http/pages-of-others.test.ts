import { afterAll, beforeAll, expect, test } from 'vitest'
import { HELLO, openProbe, rpc } from '../testing/http-probe.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

const ORIGIN = 'https://app.example'

let core: TempCore
beforeAll(async () => {
  core = await startTempCore({ allowedOrigins: [ORIGIN] })
})
afterAll(() => core[Symbol.asyncDispose]())

function preflight(path: string, origin: string, more: Record<string, string> = {}) {
  return fetch(core.url + path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', ...more },
  })
}

test('a page of an allowed origin may ask, call and read', async () => {
  const asked = await preflight('/metamcp/default/mcp', ORIGIN, {
    'access-control-request-headers':
      'authorization,content-type,mcp-protocol-version,mcp-session-id,mcp-method,mcp-param-city,last-event-id,x-api-key,cookie,x-evil',
  })
  expect(asked.status).toBe(204)
  const { headers } = asked
  expect(headers.get('access-control-allow-origin')).toBe(ORIGIN)
  expect(headers.get('access-control-allow-credentials')).toBeNull()
  expect(headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE')
  expect(headers.get('vary')).toBe('Origin')
  expect(headers.get('access-control-allow-headers')).toBe(
    'authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, mcp-param-city, last-event-id, x-api-key',
  )

  const { send } = openProbe(core)
  const opened = await send({ body: rpc('initialize', HELLO), headers: { origin: ORIGIN } })
  expect(opened.status).toBe(200)
  expect(opened.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  expect(opened.headers.get('access-control-expose-headers')).toContain('mcp-session-id')
  // Also what was refused, or how to come in could not be read.
  const refused = await send({ body: rpc('ping'), headers: { origin: ORIGIN, authorization: '' } })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN)
})

test.each(['https://evil.example', 'null', 'https://app.example.evil', 'http://app.example'])(
  'a page of %s may not',
  async (origin) => {
    const asked = await preflight('/metamcp/default/mcp', origin)
    expect(asked.status).toBe(403)
    expect(asked.headers.get('access-control-allow-origin')).toBeNull()
  },
)

test.each(['/trpc/frontend/servers.list', '/session', '/api/auth/get-session', '/health', '/'])(
  'not even an allowed one may read %s',
  async (path) => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const { status, headers } = await fetch(core.url + path, {
        method,
        headers: { origin: ORIGIN },
      })
      expect([method, status, headers.get('access-control-allow-origin')]).toEqual([
        method,
        403,
        null,
      ])
    }
  },
)

test('who is no page gets no headers for pages, and answers are kept by nobody', async () => {
  const { headers } = await openProbe(core).send({ body: rpc('initialize', HELLO) })
  expect(headers.get('access-control-allow-origin')).toBeNull()
  for (const path of [
    '/health',
    '/trpc/frontend/servers.list',
    '/nothing',
    '/metamcp/default/mcp',
  ]) {
    const answered = await fetch(core.url + path)
    expect(answered.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answered.headers.get('cache-control')).toBe('no-store')
  }
})

test.each([
  '/metamcp/default/mcp',
  '/trpc/frontend/servers.create',
  '/session',
  '/api/auth/sign-in',
])('a packed body is not unpacked at %s', async (path) => {
  for (const packing of ['gzip', 'deflate', 'br', 'x-gzip', 'gzip, gzip']) {
    const headers = { 'content-encoding': packing, 'content-type': 'application/json' }
    const { status } = await fetch(core.url + path, { method: 'POST', headers, body: '{}' })
    expect([packing, status]).toEqual([packing, 415])
  }
})
