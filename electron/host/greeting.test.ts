import { expect, test } from 'vitest'
import { greeting } from './greeting.ts'

const url = 'http://127.0.0.1:12008'
const key = 'sk_mt_key'
const place = { dataDir: '/data', pageDir: null }

function core(given: Partial<Parameters<typeof greeting>[0]> = {}) {
  return {
    url,
    adminUrl: url,
    endpoints: () => ['zoo', 'default'].map((name) => endpoint(name)),
    firstKey: null,
    adminToken: { token: 'admin-token', created: false, isAdminToken: () => false },
    recovery: null,
    ...given,
  }
}

function endpoint(name: string) {
  return { id: name, name, url: `${url}/metamcp/${name}/mcp`, needsKey: true }
}

test('the first line is for scripts, the second names the endpoint that most will use', () => {
  const [first, second] = greeting(core(), place).split('\n')
  expect(first).toBe(`MetaMCP ready ${url}`)
  expect(second).toBe(`MCP endpoint   ${url}/metamcp/default/mcp`)
})

test('the first start shows the key and the token that nobody has seen, and how to use the key', () => {
  const adminToken = { ...core().adminToken, created: true }
  const text = greeting(core({ firstKey: key, adminToken }), place)
  expect(text).toContain(`API key        ${key}\n`)
  expect(text).toContain('Admin token    admin-token\n')
  expect(JSON.parse(text.slice(text.indexOf('\n{')))).toEqual({
    mcpServers: {
      metamcp: { url: endpoint('default').url, headers: { Authorization: `Bearer ${key}` } },
    },
  })
})

test('another start shows neither, but where they are', () => {
  const text = greeting(core(), place)
  expect(text).not.toMatch(/sk_mt_|admin-token/)
  expect(text).toContain('METAMCP_ADMIN_TOKEN, or kept in /data')
  expect(text).toContain('as shown at the first start')
})

test('without an endpoint that needs a key there is no word of one', () => {
  const open = { ...endpoint('default'), needsKey: false }
  expect(greeting(core({ endpoints: () => [open] }), place)).not.toContain('API key')
  const none = greeting(core({ endpoints: () => [] }), place)
  expect(none).toContain('No endpoint is switched on.')
})

test('a database that had to be rebuilt is told, with where the broken one is', () => {
  const recovery = { reason: 'a page is damaged', aside: '/data/db.broken-1' }
  expect(greeting(core({ recovery }), place)).toMatch(
    /^Attention +.*a page is damaged.*\/data\/db\.broken-1\.$/m,
  )
})

test('where a window is served, its address is told', () => {
  const text = greeting(core(), { ...place, pageDir: '/page' })
  expect(text).toContain(`Window         ${url} in a browser`)
  expect(greeting(core(), place)).not.toContain('Window')
})
