import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectAuto, connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { HELLO, modern, openProbe, rpc } from '../testing/http-probe.ts'
import { targetOf } from '../testing/inspecting.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

const CLI = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
)

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({ file: configFileOf([echoServer()]) })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

async function urlOf(kind: 'server' | 'namespace' | 'endpoint', name: string): Promise<URL> {
  const { id } = await targetOf(core, kind, name)
  return new URL(`${core.url}/mcp-proxy/${kind}/${id}/mcp`)
}

test('an inspector of others lists and calls the tools of a server under their own names', async () => {
  const url = await urlOf('server', 'echo')
  const inspect = async (...args: string[]) => {
    const header = `Authorization: Bearer ${core.adminToken.token}`
    const all = [CLI, '--cli', url.href, '--transport', 'http', '--header', header, ...args]
    const { stdout } = await promisify(execFile)(process.execPath, all)
    return JSON.parse(stdout) as { tools?: { name: string }[]; content?: { text: string }[] }
  }
  const { tools = [] } = await inspect('--method', 'tools/list')
  expect(tools.map(({ name }) => name)).toContain('echo')
  const call = ['--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'message=hello']
  expect((await inspect(...call)).content?.[0]?.text).toBe('hello')
})

test('clients of both eras see a server, a namespace and an endpoint', async () => {
  const names = { server: 'echo', namespace: 'default', endpoint: 'default' } as const
  for (const kind of ['server', 'namespace', 'endpoint'] as const) {
    const url = await urlOf(kind, names[kind])
    const tool = kind === 'server' ? 'echo' : 'echo__echo'
    await using newer = await connectAuto(url, core.adminToken.token)
    expect(newer.getProtocolEra()).toBe('modern')
    const called = await newer.callTool({ name: tool, arguments: { message: 'hi' } })
    expect(called.content).toMatchObject([{ text: 'hi' }])
    await using older = await connectLegacy(url, core.local.token)
    expect((await older.listTools()).tools.map(({ name }) => name)).toContain(tool)
  }
})

test('nobody but who manages gets in, and only to what is saved', async () => {
  const path = (await urlOf('server', 'echo')).pathname
  const post = (authorization: string, at = path) =>
    probe.send({ path: at, headers: { authorization }, body: rpc('initialize', HELLO) })
  const refused = await post(`Bearer ${core.key}`)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="MetaMCP"',
  ])
  expect((await post('')).status).toBe(401)
  expect((await post('', '/mcp-proxy/server/none/mcp')).status).toBe(401)
  const admin = `Bearer ${core.adminToken.token}`
  expect((await post(admin, '/mcp-proxy/server/none/mcp')).status).toBe(404)
  expect((await post(admin)).status).toBe(200)
  const foreign = { authorization: admin, origin: 'http://example.com' }
  const body = rpc('initialize', HELLO)
  expect((await probe.send({ path, headers: foreign, body })).status).toBe(403)
})

test('a session of one address or manager is none of another, and ends with the definition', async () => {
  const { id } = await core.admin.servers.create.mutate(echoServer({}, { name: 'brief' }))
  const path = `/mcp-proxy/server/${id}/mcp`
  const admin = { authorization: `Bearer ${core.adminToken.token}` }
  const opened = await probe.send({ path, headers: admin, body: rpc('initialize', HELLO) })
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  const list = (headers: object, at = path) =>
    probe.send({ path: at, headers: { ...session, ...headers }, body: rpc('tools/list') })
  expect((await list(admin)).status).toBe(200)
  const elsewhere = (await urlOf('server', 'echo')).pathname
  expect((await list(admin, elsewhere)).status).toBe(404)
  expect((await list({ authorization: `Bearer ${core.local.token}` })).status).toBe(404)
  await core.admin.servers.delete.mutate({ id })
  expect((await list(admin)).status).toBe(404)
  const headers = { ...admin, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' }
  expect((await probe.send({ path, headers, body: modern('tools/list') })).status).toBe(404)
})
