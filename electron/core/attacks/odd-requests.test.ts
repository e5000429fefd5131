import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openLogLines } from '../testing/log-lines.ts'
import { rawRequest, sendRaw } from '../testing/raw-http.ts'
import { openTempAccounts, type TempAccounts } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Requests that no client of ours sends: refused at once, and no reason to wake anybody up. */

const { log, lines } = openLogLines()
let core: TempCore
let people: TempAccounts

beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts', log })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())
beforeEach(() => void lines.splice(0))

const errors = () => lines.filter(({ level }) => level === 'error')
const asOperator = () => ({ Authorization: `Bearer ${core.adminToken.token}` })
const PATHS = [
  ...['/api/auth/sign-in/email', '/api/auth/sign-out', '/api/auth/jwks', '/api/auth/oauth2/token'],
  ...['/trpc/frontend/servers.list', '/trpc/frontend/settings.setPaused', '/trpc/frontend/none'],
]

test.each(['TRACE', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
  '%s is no method of accounts or procedures',
  async (method) => {
    for (const path of PATHS) {
      const sent = rawRequest(core, `${method} ${path}`, { headers: asOperator() })
      const { status, head } = await sendRaw(core, sent)
      expect([path, status]).toEqual([path, 405])
      expect(head.toLowerCase()).toContain('allow: get, post')
    }
    expect(errors()).toEqual([])
  },
)

test.each(['', 'text/plain', 'application/xml', 'nonsense'])(
  'a body of the type "%s" is refused without a word in the log',
  async (type) => {
    const headers = { ...asOperator(), ...(type && { 'Content-Type': type }) }
    for (const path of ['/api/auth/sign-in/email', '/trpc/frontend/settings.setPaused']) {
      const sent = rawRequest(core, `POST ${path}`, { headers, body: '{"paused":true}' })
      expect([path, (await sendRaw(core, sent)).status]).toEqual([path, 415])
    }
    expect(errors()).toEqual([])
  },
)

test.each([
  ['', 400],
  ['{', 400],
  ['[]', 400],
  ['null', 400],
  ['"x"', 400],
])('a body that is %s', async (body, expected) => {
  const headers = { ...asOperator(), 'Content-Type': 'application/json' }
  for (const path of ['/api/auth/sign-in/email', '/trpc/frontend/settings.setPaused']) {
    const sent = rawRequest(core, `POST ${path}`, { headers, body })
    expect([path, (await sendRaw(core, sent)).status]).toEqual([path, expected])
  }
  expect(errors()).toEqual([])
})

test('headers without an end are cut off', async () => {
  const long: Record<string, string> = { 'X-Big': 'a'.repeat(20_000), Cookie: 'a=b;'.repeat(5_000) }
  for (const [name, value] of Object.entries(long)) {
    const headers = { [name]: value }
    expect((await sendRaw(core, rawRequest(core, 'GET /health', { headers }))).status).toBe(431)
  }
  const address = rawRequest(core, `GET /health?${'a'.repeat(20_000)}`)
  expect((await sendRaw(core, address)).status).toBe(431)
})

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

test('JSON that is too deep is refused before anybody parses it', async () => {
  const headers = { ...people.ben.headers, 'content-type': 'application/json' }
  const post = async (path: string, body: string) => {
    const answer = await fetch(core.url + path, { method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text() }
  }
  for (const depth of [501, 5_000, 30_000]) {
    for (const body of [nested(depth), `{"name":${nested(depth)}}`]) {
      for (const path of ['/trpc/frontend/namespaces.create', '/api/auth/sign-in/email']) {
        const { status, text } = await post(path, body)
        expect([path, status, text]).toEqual([path, 400, expect.stringMatching(/deeper than 500/)])
      }
    }
  }
  const input = encodeURIComponent(nested(501))
  const asked = await fetch(`${core.url}/trpc/frontend/servers.get?input=${input}`, { headers })
  expect([asked.status, await asked.text()]).toEqual([400, expect.stringMatching(/deeper/)])
  // Brackets in a text are none.
  const { status, text } = await post(
    '/trpc/frontend/namespaces.create',
    JSON.stringify({ name: 'fine', description: '['.repeat(600) }),
  )
  expect([status, text]).toEqual([200, expect.stringContaining('fine')])
  expect(errors()).toEqual([])
})

test('four megabytes of brackets take no time', async () => {
  const body = '['.repeat(4 * 1024 * 1024 - 10)
  const headers = { ...people.ben.headers, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body }
  const startedAt = performance.now()
  const answer = await fetch(`${core.url}/trpc/frontend/namespaces.create`, init)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(/deeper/)])
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

test.each([
  ['nobody', 401, () => ({})],
  ['a forged cookie', 401, () => ({ cookie: 'metamcp.session_token=AAAAAAAAAAAAAAAAAAAAAAAA.x' })],
  ['an API key', 403, () => ({ authorization: `Bearer ${core.key}` })],
])('what %s sends is not even read before the answer', async (_, expected, credentials) => {
  for (const path of [
    'servers.create',
    'settings.setPaused',
    'servers.create,servers.create?batch=1',
  ]) {
    const headers = {
      ...{ ...credentials(), origin: core.url, 'content-type': 'application/json' },
      'content-length': 3_000_000,
    }
    const url = `${core.url}/trpc/frontend/${path}`
    const asked = request(url, { method: 'POST', headers, agent: false })
    asked.on('error', () => undefined)
    // One byte of it, and never another.
    asked.write('{')
    const signal = AbortSignal.timeout(5_000)
    const [answer] = (await once(asked, 'response', { signal })) as [IncomingMessage]
    expect([path, answer.statusCode, answer.headers.connection]).toEqual([path, expected, 'close'])
    asked.destroy()
  }
})
