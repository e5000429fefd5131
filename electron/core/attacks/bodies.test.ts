import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HELLO, rpc } from '../testing/http-probe.ts'
import { rawRequest, sendRaw } from '../testing/raw-http.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf } from '../testing/temp-core.ts'

/* Bodies that are meant to harm whoever reads them. */

let core: TempCore

beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts', file: configFileOf([echoServer()]) })
})
afterAll(() => core[Symbol.asyncDispose]())

const PATHS = {
  mcp: '/metamcp/default/mcp',
  trpc: '/trpc/frontend/adding.read',
  accounts: '/api/auth/sign-up/email',
  session: '/session',
}

/** The status of a POST with the key of the endpoint or the admin token. */
async function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) {
  const key = path === PATHS.mcp ? core.key : core.adminToken.token
  const response = await fetch(core.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  })
  return { status: response.status, text: await response.text() }
}

/** It still answers, and at once. */
async function expectAlive(): Promise<void> {
  const startedAt = performance.now()
  expect((await fetch(`${core.url}/health`)).status).toBe(200)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
}

test('prototype pollution: no body of any face reaches the prototype of all objects', async () => {
  const before = Reflect.ownKeys(Object.prototype)
  const evil = (inner: string) => [
    `{"__proto__":{"polluted":1},${inner}`,
    `{"constructor":{"prototype":{"polluted":1}},${inner}`,
  ]
  const server =
    '"mcpServers":{"__proto__":{"command":"x","polluted":1},"constructor":{"command":"y"}}}'
  for (const text of evil(server)) {
    await post(PATHS.trpc, JSON.stringify({ text }))
    await post('/trpc/frontend/data.checkImport', JSON.stringify({ text }))
    await post('/trpc/frontend/data.import', JSON.stringify({ text, withKeys: true }))
  }
  for (const text of evil('"name":"x","type":"STDIO","command":"x"}')) {
    expect((await post('/trpc/frontend/servers.create', text)).status).toBe(400)
  }
  for (const text of evil('"email":"a@example.com","password":"long enough to pass","name":"a"}')) {
    await post(PATHS.accounts, text, { origin: core.url })
  }
  for (const text of evil('"token":"x"}')) await post(PATHS.session, text)
  const params = JSON.stringify({ ...HELLO, marker: 1 }).replace(
    '{',
    '{"__proto__":{"polluted":1},',
  )
  for (const text of evil(`"jsonrpc":"2.0","id":1,"method":"initialize","params":${params}}`)) {
    await post(PATHS.mcp, text)
  }
  for (const method of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const answer = await post(PATHS.mcp, JSON.stringify(rpc(method)))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect((await post(`/trpc/frontend/${method}`, '{}')).status).toBe(404)
    expect((await post(`/trpc/frontend/servers.${method}`, '{}')).status).toBe(404)
  }
  expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  expect('polluted' in {}).toBe(false)
  await expectAlive()
})

test('a server called __proto__ is refused by its name', async () => {
  const created = core.admin.servers.create.mutate({
    name: '__proto__',
    type: 'STDIO',
    command: 'x',
  })
  await expect(created).rejects.toThrow(/name/i)
})

const NESTED = [
  ['[', ']'],
  ['{"a":', '}'],
] as const

test.each(Object.entries(PATHS))('deep JSON is refused and stops nothing: %s', async (_, path) => {
  for (const [open, close] of NESTED) {
    const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`
    const { status, text } = await post(path, nested(1_000), { origin: core.url })
    // For this and nothing else: most of it would be refused by whoever parses it, too.
    expect([status, text]).toEqual([400, expect.stringMatching(/deeper than 500 levels/)])
    const deepest = await post(path, nested(200_000), { origin: core.url })
    expect([400, 413]).toContain(deepest.status)
  }
  await expectAlive()
})

test('deep JSON inside a text that is pasted or imported is refused and stops nothing', async () => {
  const text = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  for (const path of [PATHS.trpc, '/trpc/frontend/data.checkImport']) {
    const { status } = await post(path, JSON.stringify({ text }))
    expect(status).toBeLessThan(500)
  }
  await expectAlive()
})

test.each<[string, string, number, string?]>([
  ['mcp', PATHS.mcp, 17],
  ['trpc', PATHS.trpc, 5],
  ['trpc, as a form', PATHS.trpc, 5, 'multipart/form-data; boundary=x'],
  ['accounts', PATHS.accounts, 5],
  ['session', PATHS.session, 5],
])(
  'a body without an end is cut off: %s',
  async (...[, path, megabytes, type = 'application/json']) => {
    const key = path === PATHS.mcp ? core.key : core.adminToken.token
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        // Far more than what is allowed: it must not be read to its end.
        if (sent > 4 * megabytes) return controller.close()
        sent++
        controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20))
      },
    })
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': type,
      accept: 'application/json, text/event-stream',
      origin: core.url,
    }
    const init = { method: 'POST', headers, body, duplex: 'half' as const }
    // Refused, or hung up on while it was still talking.
    const status = await fetch(core.url + path, init).then(
      (response) => response.status,
      () => 413,
    )
    expect(status).toBe(413)
    // What is on its way when it is refused, and no more.
    expect(sent).toBeLessThan(4 * megabytes)
    await expectAlive()
  },
)

/** Codings as they may be written, and what packs so. */
const CODINGS: Record<string, (bytes: Buffer) => Buffer> = {
  ...{ gzip: gzipSync, 'x-gzip': gzipSync, GZIP: gzipSync, 'identity, gzip': gzipSync },
  ...{ deflate: deflateSync, br: brotliCompressSync },
}

test.each(Object.entries(PATHS))('a body that is packed is not unpacked: %s', async (_, path) => {
  // What anybody would take, if it came as it is; and what is a thousand times its size.
  const small = path === PATHS.mcp ? JSON.stringify(rpc('initialize', HELLO)) : '{"text":"{}"}'
  for (const [coding, pack] of Object.entries(CODINGS)) {
    for (const bytes of [Buffer.from(small), Buffer.alloc(8 * 1024 * 1024, ' ')]) {
      const headers = { 'content-encoding': coding, origin: core.url }
      const { status } = await post(path, new Uint8Array(pack(bytes)), headers)
      expect([coding, status]).toEqual([coding, 415])
    }
  }
  await expectAlive()
})

test('a request in the body of another is no request', async () => {
  const inner = `POST /trpc/frontend/settings.setPaused HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${core.adminToken.token}\r\n\r\n`
  const headers = { 'Content-Length': '4', 'Transfer-Encoding': 'chunked' }
  const smuggled = rawRequest(core, 'POST /session', { headers, body: `0\r\n\r\n${inner}` })
  const { status, body } = await sendRaw(core, smuggled)
  expect(status).toBe(400)
  expect(body).not.toContain('HTTP/1.1 200')
  expect((await core.admin.settings.get.query()).paused).toBe(false)
})

const BREAKS = ['%0d%0aX-Evil:%201', '%0aX-Evil:%201', '%E5%98%8D%E5%98%8AX-Evil:%201']

test.each(BREAKS)('header injection: %s in what we repeat is in no header', async (evil) => {
  const authorize = `client_id=${evil}&response_type=code&state=${evil}&scope=${evil}`
  const back = `redirect_uri=http://127.0.0.1:9/${evil}&resource=${core.url}/${evil}`
  const paths = [
    `/api/auth/oauth2/authorize?${authorize}&${back}`,
    `/api/auth/callback/none?state=${evil}&error=${evil}`,
    `/oauth/callback?state=${evil}&error=${evil}&error_description=${evil}`,
    `/metamcp/default/sse?api_key=${evil}`,
    `/metamcp/${evil}/mcp`,
    `/.well-known/oauth-protected-resource/metamcp/${evil}/mcp`,
    `/trpc/frontend/${evil}?input=${evil}`,
  ]
  for (const path of paths) {
    const { status, head } = await sendRaw(core, rawRequest(core, `GET ${path}`))
    expect([path, status < 500]).toEqual([path, true])
    expect(head.split('\r\n').filter((line) => /^x-evil/i.test(line))).toEqual([])
  }
})

test.each(['\r', '\n', '\0', '\x7f'])(
  'header injection: %j in a header is no request',
  async (sign) => {
    for (const path of ['/metamcp/default/mcp', '/trpc/frontend/servers.list', '/health']) {
      const headers = { 'X-Odd': `a${sign}b` }
      const { status, head } = await sendRaw(core, rawRequest(core, `GET ${path}`, { headers }))
      expect([path, status]).toEqual([path, 400])
      expect(head).not.toMatch(/x-odd/i)
    }
  },
)
