import { afterAll, beforeAll, expect, test } from 'vitest'
import { HELLO, rpc } from '../testing/http-probe.ts'
import { rawRequest, sendRaw } from '../testing/raw-http.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
beforeAll(async () => {
  core = await startTempCore({ adminPort: 0, auth: 'accounts' })
})
afterAll(() => core[Symbol.asyncDispose]())

async function statusOf(url: string, { method = 'GET', ...headers }: Record<string, string> = {}) {
  const sent = { accept: 'application/json, text/event-stream', ...headers }
  const call = { 'content-type': 'application/json', ...sent }
  const { status } = await fetch(
    url,
    method === 'POST'
      ? { method, headers: call, body: JSON.stringify(rpc('initialize', HELLO)) }
      : { method, headers: sent },
  )
  return status
}

test('clients call by one port, and nothing is managed there', async () => {
  const { url, adminUrl, adminToken, key } = core
  expect(adminUrl).not.toBe(url)
  const admin = { authorization: `Bearer ${adminToken.token}` }
  const client = { authorization: `Bearer ${key}`, method: 'POST' }
  const list = '/trpc/frontend/servers.list'
  expect(await statusOf(adminUrl + list, admin)).toBe(200)
  expect(await statusOf(url + list, admin)).toBe(404)
  expect(await statusOf(`${url}/metamcp/default/mcp`, client)).toBe(200)
  expect(await statusOf(`${adminUrl}/metamcp/default/mcp`, client)).toBe(404)
  for (const path of ['/', '/mcp-proxy/server/x/mcp', '/metrics', '//trpc/frontend/servers.list']) {
    expect([path, await statusOf(url + path, admin)]).toEqual([path, 404])
  }
  expect(await statusOf(`${url}/session`, { ...admin, method: 'POST' })).toBe(404)
})

test('both say that they are ready, and people sign in at either', async () => {
  for (const base of [core.url, core.adminUrl]) {
    expect(await statusOf(`${base}/health`)).toBe(200)
    expect(await statusOf(`${base}/session`)).toBe(200)
    const signIn = { method: 'POST', origin: base }
    // Asked, and refused for what it says: neither hidden nor foreign.
    expect(await statusOf(`${base}/api/auth/sign-in/email`, signIn)).toBe(400)
  }
  const pending = `${core.url}/trpc/frontend/authorization.pending`
  expect([401, 400]).toContain(await statusOf(pending))
  expect(await statusOf(`${pending},servers.list?batch=1`)).toBe(404)
})

test('foreign pages and names are refused at both, before anything else', async () => {
  for (const base of [core.url, core.adminUrl]) {
    expect(await statusOf(`${base}/health`, { origin: 'http://evil.example' })).toBe(403)
    expect(await statusOf(`${base}/nothing`, { origin: 'http://evil.example' })).toBe(403)
    expect(await statusOf(`${base}/health`, { origin: base })).toBe(200)
  }
})

test('where clients call from anywhere, management on loopback is not for rebound names', async () => {
  await using open = await startTempCore({ host: '0.0.0.0', adminPort: 0 })
  const headers = { Host: 'evil.example', Authorization: `Bearer ${open.adminToken.token}` }
  const ask = async (url: string, line: string) =>
    (await sendRaw({ url }, rawRequest({ url }, line, { headers }))).status
  expect(await ask(open.adminUrl, 'GET /trpc/frontend/servers.list')).toBe(403)
  expect(await ask(open.url, 'GET /metamcp/default/mcp')).toBe(403)
  const own = { authorization: headers.Authorization }
  expect(await statusOf(`${open.adminUrl}/trpc/frontend/servers.list`, own)).toBe(200)
})

test('one number for both ports is refused, also at two addresses', async () => {
  // Taken by the core of these tests: it is refused before that is found out.
  const { port } = new URL(core.url)
  const numbers = { port: Number(port), adminPort: Number(port) }
  for (const adminHost of ['127.0.0.1', '127.0.0.2']) {
    const started = startTempCore({ ...numbers, adminHost }).then((same) => same.close())
    await expect(started).rejects.toThrow(/cannot be both for clients and for management/)
  }
})
