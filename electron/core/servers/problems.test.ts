import { createServer } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerInput } from '../../../shared/server.ts'
import { findCommand } from '../connections/find-command.ts'
import { problemOf } from '../connections/known-problem.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { SELF_SIGNED } from '../testing/self-signed.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let count = 0
beforeAll(async () => {
  core = await startTempCore()
})
afterAll(() => core[Symbol.asyncDispose]())

/** A server as it is once its start has come to its end. */
async function tried(input: ServerInput) {
  const name = `server-${(count += 1)}`
  const { id } = await core.admin.servers.create.mutate({ ...input, name })
  const { server } = await core.admin.servers.test.mutate({ id })
  return server
}

/** The URL of something that listens on a free port of this machine. */
async function listen(server: NetServer): Promise<{ port: number } & AsyncDisposable> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

const remote = (url: string, fields: object = {}): ServerInput => {
  return { type: 'STREAMABLE_HTTP', name: 'remote', url, ...fields }
}

const program = (script: string, fields: object = {}): ServerInput => {
  const args = ['-e', script]
  return { type: 'STDIO', name: 'one', command: process.execPath, args, ...fields }
}

test.each<[string, ServerInput, object]>([
  [
    'a command that is nowhere',
    { type: 'STDIO', name: 'one', command: 'no-such-command-here' },
    {
      code: 'command-not-found',
      command: 'no-such-command-here',
      folders: expect.any(Number),
      tool: null,
    },
  ],
  [
    'a path with nothing there',
    { type: 'STDIO', name: 'one', command: '/no/such/file' },
    { code: 'command-not-found', command: '/no/such/file', folders: 0, tool: null },
  ],
  [
    'a file that is no program',
    { type: 'STDIO', name: 'one', command: import.meta.filename },
    { code: 'not-executable', command: import.meta.filename },
  ],
  [
    'a folder that is not there',
    echoServer({}, { cwd: `${tmpdir()}/no-such-folder` }),
    { code: 'folder-missing', folder: `${tmpdir()}/no-such-folder` },
  ],
  [
    'a variable without a value',
    echoServer({}, { env: { TOKEN: '${NO_SUCH_VARIABLE_HERE}' } }),
    { code: 'variable-missing', name: 'NO_SUCH_VARIABLE_HERE', field: 'env.TOKEN' },
  ],
  [
    'an exit, with the line that tells why',
    program('setTimeout(() => require("no-such-module"), 300)'),
    {
      code: 'exited',
      exitCode: 1,
      signal: null,
      afterMs: expect.any(Number),
      lastLine: "Error: Cannot find module 'no-such-module'",
    },
  ],
  [
    'an exit with a secret in its last words',
    program('console.error("Error: no " + process.env.TOKEN); process.exit(3)', {
      env: { TOKEN: 'hush-hush' },
    }),
    { code: 'exited', exitCode: 3, lastLine: 'Error: no •••' },
  ],
  [
    'silence',
    program('setInterval(() => {}, 1000)', { startTimeoutMs: 700 }),
    { code: 'no-answer', timeoutMs: 700, step: expect.stringContaining('initialize') },
  ],
])('%s is told in facts', { timeout: 20_000 }, async (_, input, problem) => {
  const server = await tried(input)
  expect(server).toMatchObject({ state: 'failed', error: expect.any(String), problem })
})

test('PATH is counted by its folders, and what brings the command is known', async () => {
  const env = { PATH: ['/nowhere', '/no/way'].join(delimiter) }
  const found = await findCommand({ command: 'npx', cwd: null, env }).catch(problemOf)
  expect(found).toEqual({ code: 'command-not-found', command: 'npx', folders: 2, tool: 'node' })
})

test('an address where nobody listens, one without a host', async () => {
  const { port } = await (async () => {
    await using free = await listen(createServer())
    return { port: free.port }
  })()
  expect((await tried(remote(`http://127.0.0.1:${port}/mcp`))).problem).toEqual({
    ...{ code: 'nothing-listens', host: '127.0.0.1', port },
  })
  expect((await tried(remote('http://no-such-host.invalid/mcp'))).problem).toEqual({
    ...{ code: 'host-not-found', host: 'no-such-host.invalid' },
  })
})

test('a certificate of nobody', async () => {
  const tls = createHttps(SELF_SIGNED)
  await using site = await listen(tls)
  const { problem } = await tried(remote(`https://127.0.0.1:${site.port}/mcp`))
  const host = `127.0.0.1:${site.port}`
  expect(problem).toEqual({ code: 'certificate', host, reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})

test('web pages, other places, and refusals', async () => {
  const answers: Record<string, [status: number, headers: Record<string, string>]> = {
    '/page': [200, { 'content-type': 'text/html' }],
    '/gone': [404, { 'content-type': 'text/plain' }],
    '/old': [302, { location: 'https://new.example/mcp' }],
    '/closed': [401, {}],
    '/mcp': [405, {}],
  }
  const site = createServer(({ url = '' }, response) => {
    response.writeHead(...(answers[url] ?? [500, {}])).end('<h1>Hello</h1>')
  })
  await using there = await listen(site)
  const at = (path: string) => `http://127.0.0.1:${there.port}${path}`
  const host = `127.0.0.1:${there.port}`
  const problemAt = async (path: string, fields?: object) =>
    (await tried(remote(at(path), fields))).problem
  const suggestion = (path: string) => ({
    code: 'not-mcp',
    url: at(path),
    suggestion: at(`${path}/mcp`),
  })
  expect(await problemAt('/page')).toEqual(suggestion('/page'))
  expect(await problemAt('/gone')).toEqual(suggestion('/gone'))
  expect(await problemAt('/mcp')).toEqual({ code: 'not-mcp', url: at('/mcp'), suggestion: null })
  expect(await problemAt('/old')).toEqual({
    ...{ code: 'moved', url: at('/old'), to: 'https://new.example/mcp' },
  })
  expect(await problemAt('/closed')).toEqual({ code: 'sign-in-needed', host })
  expect(await problemAt('/closed', { bearerToken: 'wrong-token' })).toEqual({
    ...{ code: 'token-refused', host, status: 401 },
  })
})

test('what the server says itself, in its words', async () => {
  const refusal = { jsonrpc: '2.0', id: 0, error: { code: -32000, message: 'not today' } }
  const { problem } = await tried(
    program(
      `require('readline').createInterface(process.stdin).on('line', (line) => {
        const { id } = JSON.parse(line)
        console.log(JSON.stringify({ ...${JSON.stringify(refusal)}, id }))
      })`,
    ),
  )
  expect(problem).toEqual({ code: 'refused', message: 'not today' })
})
