import { expect, test } from 'vitest'
import { openRawHttp, sendJson } from '../testing/echo-http.ts'
import type { Seen } from '../testing/echo-http.ts'
import { openRawTransport } from '../testing/raw-transport.ts'
import type { AuthRefusal, ServerAuth } from './server-auth.ts'

/** A sign-in whose tokens are given out in turn: after each refusal the next one. */
function signIn(...tokens: (string | null)[]) {
  const refusals: AuthRefusal[] = []
  const auth: ServerAuth = {
    token: async () => tokens[0] ?? null,
    async refused(_, refusal) {
      refusals.push(refusal)
      tokens.shift()
      return tokens.length > 0
    },
  }
  return { auth, refusals }
}

const tokensOf = (seen: Seen[]) => seen.map(({ headers }) => headers.authorization)

test.each([
  [401, 'Bearer resource_metadata="https://as.example/x"'],
  [403, 'Bearer error="insufficient_scope", scope="files:write"'],
])(
  'HTTP %i is put to the sign-in, and tried once more with its new token',
  async (status, challenge) => {
    await using server = await openRawHttp(({ headers, body }, response) => {
      if (headers.authorization === 'Bearer new') {
        return sendJson(response, { jsonrpc: '2.0', id: body.id, result: {} })
      }
      response.writeHead(status, { 'www-authenticate': challenge }).end('no')
    })
    const { auth, refusals } = signIn('old', 'new')
    await using raw = await openRawTransport(server.origin, { auth })
    expect(await raw.ask('ping')).toMatchObject({ result: {} })
    expect(refusals).toEqual([{ status, wwwAuthenticate: challenge, tokenUsed: 'old' }])
    expect(tokensOf(server.seen)).toEqual(['Bearer old', 'Bearer new'])
  },
)

test('a token that is refused as well is not followed by a third one', async () => {
  await using server = await openRawHttp((_, response) => void response.writeHead(401).end())
  const { auth, refusals } = signIn(null, 'new', 'newer')
  await using raw = await openRawTransport(server.origin, { auth })
  await expect(raw.ask('ping')).rejects.toMatchObject({
    reason: expect.stringContaining('a sign-in'),
  })
  expect(refusals).toEqual([{ status: 401, wwwAuthenticate: null, tokenUsed: null }])
  expect(tokensOf(server.seen)).toEqual([undefined, 'Bearer new'])
})

test('without another token, and for any other refusal, nothing is tried again', async () => {
  await using server = await openRawHttp(({ body }, response) => {
    response.writeHead(body.method === 'x' ? 403 : 401).end()
  })
  const { auth, refusals } = signIn('only')
  await using raw = await openRawTransport(server.origin, { auth })
  await expect(raw.ask('x')).rejects.toMatchObject({
    reason: 'It refuses our credentials (HTTP 403).',
  })
  expect(refusals).toEqual([])
  await expect(raw.ask('y')).rejects.toThrow('a sign-in')
  expect(refusals).toHaveLength(1)
  expect(server.seen).toHaveLength(2)
})

test.each([
  ['bearer token', { bearerToken: 'mine' }, 'Bearer mine'],
  ['header', { headers: { authorization: 'Basic bWluZQ==' } }, 'Basic bWluZQ=='],
])('a definition with a %s of its own needs no sign-in', async (_, fields, sent) => {
  await using server = await openRawHttp((_, response) => void response.writeHead(401).end())
  const { auth, refusals } = signIn('other', 'another')
  await using raw = await openRawTransport(server.origin, { auth, fields })
  await expect(raw.ask('ping')).rejects.toThrow('a sign-in')
  expect(refusals).toEqual([])
  expect(tokensOf(server.seen)).toEqual([sent])
})

test('a redirect within the origin is followed, with method, body and credentials', async () => {
  await using server = await openRawHttp(({ url, body }, response) => {
    if (url === '/mcp') return void response.writeHead(307, { location: '/mcp/' }).end()
    sendJson(response, { jsonrpc: '2.0', id: body.id, result: {} })
  })
  const fields = { bearerToken: 'mine' }
  await using raw = await openRawTransport(`${server.origin}/mcp`, { fields })
  expect(await raw.ask('ping')).toMatchObject({ result: {} })
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /mcp',
    'POST /mcp/',
  ])
  expect(tokensOf(server.seen)).toEqual(['Bearer mine', 'Bearer mine'])
})

test('nothing is ever sent to where another origin is redirected to', async () => {
  await using other = await openRawHttp((_, response) => void response.end())
  await using server = await openRawHttp((_, response) => {
    response.writeHead(308, { location: `${other.origin}/mcp` }).end()
  })
  await using raw = await openRawTransport(server.origin, { fields: { bearerToken: 'mine' } })
  await expect(raw.ask('ping')).rejects.toMatchObject({
    reason: `It redirects to ${other.origin}/mcp (HTTP 308). If that is where it is, give that URL.`,
  })
  expect(other.seen).toEqual([])
})

test('redirects without end, and those that would make a POST a GET, are refused', async () => {
  await using server = await openRawHttp(({ body }, response) => {
    response.writeHead(body.method === 'round' ? 307 : 302, { location: '/' }).end()
  })
  await using raw = await openRawTransport(server.origin)
  await expect(raw.ask('round')).rejects.toMatchObject({ reason: 'It redirects without end.' })
  await expect(raw.ask('once')).rejects.toThrow('It redirects to / (HTTP 302)')
})
