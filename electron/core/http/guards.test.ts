import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { openGuard } from './guards.ts'

/** As it comes in at one of our addresses. */
const request = (headers: Record<string, string>, localAddress = '127.0.0.1') =>
  ({ headers, socket: { localAddress } }) as unknown as IncomingMessage

describe('on a loopback bind', () => {
  const guard = openGuard({ host: '127.0.0.1', port: 12008, publicUrl: null })

  test.each(['127.0.0.1:12008', 'localhost:12008', 'LOCALHOST', '[::1]:12008'])(
    'lets Host %s in',
    (host) => expect(guard(request({ host }))).toBeNull(),
  )

  test.each(['evil.example', 'evil.example:12008', '127.0.0.1.evil.example', '192.168.1.5', ''])(
    'refuses Host %s',
    (host) => expect(guard(request({ host }))).toMatch(/Host/),
  )

  test.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:9999',
    'https://127.0.0.1:12008',
    'http://127.0.0.1:12008.evil.example',
    '',
  ])('refuses Origin %s', (origin) => {
    expect(guard(request({ host: '127.0.0.1:12008', origin }))).toMatch(/Origin/)
  })

  test.each(['http://127.0.0.1:12008', 'http://localhost:12008', 'http://[::1]:12008'])(
    'lets our own Origin %s in',
    (origin) => expect(guard(request({ host: '127.0.0.1:12008', origin }))).toBeNull(),
  )
})

describe('behind a public URL', () => {
  const guard = openGuard({ host: '127.0.0.1', port: 1, publicUrl: 'https://mcp.example.com' })

  test('lets its host and origin in, and no other', () => {
    expect(guard(request({ host: 'mcp.example.com' }))).toBeNull()
    expect(
      guard(request({ host: 'mcp.example.com', origin: 'https://mcp.example.com' })),
    ).toBeNull()
    expect(guard(request({ host: 'mcp.example.com', origin: 'http://mcp.example.com' }))).toMatch(
      /Origin/,
    )
  })
})

test('a bind to all addresses is meant to be reached by any name, but not by foreign pages', () => {
  const guard = openGuard({ host: '0.0.0.0', port: 12008, publicUrl: null })
  const ask = (headers: Record<string, string>) => guard(request(headers, '192.168.1.5'))
  for (const host of ['192.168.1.5:12008', 'box.lan:12008']) expect(ask({ host })).toBeNull()
  const foreign = { host: '192.168.1.5:12008', origin: 'http://evil.example' }
  expect(ask(foreign)).toMatch(/Origin/)
})

test.each(['127.0.0.1', '127.0.1.1', '::1', '::ffff:127.0.0.1', undefined])(
  'whatever we are bound to, who comes in by %s names us',
  (localAddress) => {
    const guard = openGuard({ host: '0.0.0.0', port: 12008, publicUrl: 'https://mcp.example.com' })
    const ask = (host: string) =>
      guard({ headers: { host }, socket: { localAddress } } as IncomingMessage)
    expect(ask('evil.example:12008')).toMatch(/Host/)
    for (const host of ['localhost:12008', '127.0.0.1:12008', 'mcp.example.com']) {
      expect(ask(host)).toBeNull()
    }
  },
)

test.each([
  ['::1', '[::1]'],
  ['127.0.0.2', '127.0.0.2'],
  ['192.168.1.5', '192.168.1.5'],
])('bound to %s, pages and clients of that address are our own', (host, name) => {
  const guard = openGuard({ host, port: 12008, publicUrl: null })
  const headers = { host: `${name}:12008`, origin: `http://${name}:12008` }
  expect(guard(request(headers))).toBeNull()
})

test('pages of allowed origins call endpoints, and nothing that a cookie opens', () => {
  const allowed = new Set(['https://app.example'])
  const guard = openGuard({ host: '127.0.0.1', port: 12008, publicUrl: null, allowed })
  const ask = (url: string, origin = 'https://app.example') =>
    guard({ url, ...request({ host: '127.0.0.1:12008', origin }) } as IncomingMessage)
  for (const url of ['/metamcp/default/mcp', '/.well-known/oauth-protected-resource']) {
    expect(ask(url)).toBeNull()
    expect(ask(url, 'https://app.example.evil')).toMatch(/Origin/)
    expect(ask(url, 'http://app.example')).toMatch(/Origin/)
  }
  const closed = ['/', '/trpc/frontend/servers.list', '/session', '/api/auth/sign-in/email']
  for (const url of [
    ...closed,
    '/mcp-proxy/server/x/mcp',
    '/health',
    '/oauth/callback',
    '/metamcp',
  ]) {
    expect(ask(url)).toMatch(/Origin/)
  }
})

test('one of two ports that others reach goes by any name, the one on loopback by ours alone', () => {
  const admin = { host: '0.0.0.0', port: 12009 }
  const guard = openGuard({ host: '127.0.0.1', port: 12008, publicUrl: null, admin })
  const headers = { host: 'box.lan:12009' }
  expect(guard(request(headers, '10.0.0.1'))).toBeNull()
  expect(guard(request(headers, '127.0.0.1'))).toMatch(/Host/)
})

test('a port for management is ours, too', () => {
  const admin = { host: '10.0.0.1', port: 12009 }
  const guard = openGuard({ host: '127.0.0.1', port: 12008, publicUrl: null, admin })
  const headers = { host: '10.0.0.1:12009', origin: 'http://10.0.0.1:12009' }
  expect(guard(request(headers))).toBeNull()
  expect(guard(request({ ...headers, origin: 'http://10.0.0.1:12008' }))).toMatch(/Origin/)
})
