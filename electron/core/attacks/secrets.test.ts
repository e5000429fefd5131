import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openOddAuthServer } from '../testing/odd-auth-server.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { HELLO, rpc } from '../testing/http-probe.ts'
import { openLogLines } from '../testing/log-lines.ts'
import { openTempAccounts, PASSWORD, postAuth } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Every secret that there can be is planted, all is done with it, and then the bytes are searched. */

const PLANTED = {
  env: 'planted-env-9c1b7e2a40',
  reference: 'planted-reference-9c1b7e2a41',
  header: 'planted-header-9c1b7e2a42',
  bearer: 'planted-bearer-9c1b7e2a43',
  clientSecret: 'planted-client-secret-9c1b7e2a44',
  provider: 'planted-provider-secret-9c1b7e2a45',
  adminToken: 'planted-admin-token-9c1b7e2a46-long',
  secretKey: 'planted-secret-key-9c1b7e2a47-long-enough',
  code: 'planted-code-9c1b7e2a49',
  upstream: 'planted-upstream-9c1b7e2a4a',
  refresh: 'planted-refresh-9c1b7e2a4b',
  removed: 'planted-removed-9c1b7e2a48',
}

const TOKENS = {
  ...{ access_token: PLANTED.upstream, refresh_token: PLANTED.refresh },
  ...{ token_type: 'Bearer', expires_in: 3600 },
}

test('no secret is in an answer, a log, an error, the data folder, a backup or a report', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'metamcp-planted-'))
  await using _ = {
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }),
  }
  const { log, lines } = openLogLines()
  const answers: string[] = []
  const secrets: Record<string, string> = { ...PLANTED, password: PASSWORD }
  {
    await using core = await startTempCore({
      database: 'embedded',
      ...{ dataDir, log, auth: 'accounts' as const },
      ...{ adminToken: PLANTED.adminToken, secretKey: PLANTED.secretKey },
      env: { ...process.env, PLANTED_REFERENCE: PLANTED.reference },
      file: configFileOf([
        echoServer({}, { env: { KEY: PLANTED.env, OTHER: '${PLANTED_REFERENCE}' } }),
      ]),
    })
    await useEverything(core, { answers, secrets })
  }
  const files = await filesIn(dataDir)
  // The search finds what is there: an e-mail address is no secret.
  expect(namesOf(files, 'ada@example.com').length).toBeGreaterThan(0)
  for (const [name, secret] of Object.entries(secrets)) {
    expect([name, answers.filter((text) => text.includes(secret))]).toEqual([name, []])
    expect([name, lines.filter((line) => JSON.stringify(line).includes(secret))]).toEqual([
      name,
      [],
    ])
    expect([name, namesOf(files, secret)]).toEqual([name, []])
  }
}, 60_000)

type Spoils = { answers: string[]; secrets: Record<string, string> }

async function useEverything(core: TempCore, { answers, secrets }: Spoils): Promise<void> {
  const { ada } = await openTempAccounts(core)
  const cookie = ada.cookie.slice(ada.cookie.indexOf('=') + 1)
  // Before the point is the token of the session, after it what proves that it is ours.
  const [token = ''] = decodeURIComponent(cookie).split('.')
  expect(token.length).toBeGreaterThan(20)
  Object.assign(secrets, { cookie, token, key: core.key })
  const told = async (path: string, input?: object, headers: object = adminHeaders(core)) => {
    answers.push(await call(core, path, { input, headers }))
  }
  await using locked = await openOddAuthServer({
    answers: { '/token': () => ({ body: TOKENS }) },
  })
  const oauth = { clientId: 'ours', clientSecret: PLANTED.clientSecret }
  const remote = { type: 'STREAMABLE_HTTP', url: locked.mcpUrl }
  await told('servers.create', { ...remote, name: 'locked', oauth })
  const held = { headers: { 'x-planted': PLANTED.header }, bearerToken: PLANTED.bearer }
  await told('servers.create', { ...remote, name: 'held', url: 'http://127.0.0.1:9/mcp', ...held })
  await told('servers.create', { ...remote, name: 'held', ...held })
  await signInTo(core, answers)
  expect(locked.posted.map(({ path }) => path)).toContain('/token')
  const env = { KEY: PLANTED.removed }
  await told('servers.create', { name: 'gone', type: 'STDIO', command: 'none-such', env })
  for (const { id, name } of await core.admin.servers.list.query()) {
    await told('servers.test', { id })
    await told('servers.update', { id, patch: { env: PLANTED.env, nonsense: PLANTED.header } })
    if (name === 'gone') await told('servers.delete', { id })
  }
  const issuer = 'http://127.0.0.1:9'
  const provider = {
    id: 'corp',
    name: 'Corp',
    issuer,
    clientId: 'x',
    clientSecret: PLANTED.provider,
  }
  await told('accounts.putProvider', provider)
  await told('data.import', {
    text: `{"mcpServers": {"x": {"env": "${PLANTED.env}"`,
    withKeys: true,
  })
  await told('adding.read', { text: `{"mcpServers":{"a":{"command":"x"}` })
  await told('data.backup', {})
  await callEndpoint(core, answers)
  await failAtTheDoor(core, answers)
  for (const path of QUERIES) {
    answers.push(await call(core, path, { headers: adminHeaders(core) }))
    answers.push(await call(core, path, { headers: ada.headers }))
  }
  const all = encodeURIComponent(JSON.stringify({ limit: 200 }))
  answers.push(await call(core, `audit.list?input=${all}`, { headers: adminHeaders(core) }))
  expect(answers.at(-1)).toContain('servers.create')
}

/** To the server behind a sign-in, which gives tokens for any code. */
async function signInTo(core: TempCore, answers: string[]): Promise<void> {
  const servers = await core.admin.servers.list.query()
  const serverId = servers.find(({ name }) => name === 'locked')?.id ?? ''
  const { url } = await core.admin.oauth.signIn.mutate({ serverId })
  const state = new URL(url).searchParams.get('state') ?? ''
  const back = `${core.url}/oauth/callback?code=${PLANTED.code}&state=${state}`
  answers.push(await (await fetch(back)).text())
  expect(answers.at(-1)).toContain('You may close this window')
}

const QUERIES = [
  ...['servers.list', 'namespaces.list', 'endpoints.list', 'apiKeys.list', 'settings.get'],
  ...['data.export', 'data.diagnostics', 'data.info', 'status.overview', 'removals.list'],
  ...['accounts.list', 'accounts.me', 'accounts.sessions', 'accounts.providers'],
]

async function callEndpoint(core: TempCore, answers: string[]): Promise<void> {
  const headers = { authorization: `Bearer ${core.key}`, ...JSON_HEADERS }
  const hello = JSON.stringify(rpc('initialize', HELLO))
  const opened = await fetch(core.mcpUrl(), { method: 'POST', headers, body: hello })
  answers.push(await opened.text())
  const session = { ...headers, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  const send = async (body: object) => {
    const init = { method: 'POST', headers: session, body: JSON.stringify(body) }
    return (await fetch(core.mcpUrl(), init)).text()
  }
  // One that was never seen is waited for by those who list.
  await expect.poll(() => send(rpc('tools/list')), { timeout: 20_000 }).toContain('echo__exit')
  const tool = (name: string, given = {}) => rpc('tools/call', { name, arguments: given })
  // The server has its secrets; that it tells them itself is its own affair.
  const env = await send(tool('echo__env'))
  expect([PLANTED.env, PLANTED.reference].filter((one) => !env.includes(one))).toEqual([])
  answers.push(await send(rpc('tools/list')))
  // It ends in the middle of a call, and its last word is a secret.
  answers.push(await send(tool('echo__exit', { code: 3, stderr: PLANTED.env })))
  expect(answers.at(-1)).not.toContain('Unknown tool')
  expect(answers.at(-1)).toContain('error')
  answers.push(await send(tool(PLANTED.bearer.slice(0, 8))))
}

/** Refusals that could repeat what was shown. */
async function failAtTheDoor(core: TempCore, answers: string[]): Promise<void> {
  const wrong = { email: 'ada@example.com', password: `${PASSWORD}!` }
  answers.push(await (await postAuth(core, 'sign-in/email', wrong)).text())
  const headers = { authorization: `Bearer ${PLANTED.bearer}`, ...JSON_HEADERS }
  const body = JSON.stringify(rpc('initialize', HELLO))
  answers.push(await (await fetch(core.mcpUrl(), { method: 'POST', headers, body })).text())
  answers.push(await call(core, 'servers.list', { headers }))
  const back = `${core.url}/oauth/callback?code=${PLANTED.bearer}&state=${PLANTED.header}`
  answers.push(await (await fetch(back)).text())
  const session = { method: 'POST', headers: JSON_HEADERS, body: `{"token":"${PLANTED.env}"}` }
  answers.push(await (await fetch(`${core.url}/session`, session)).text())
}

const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

function adminHeaders(core: TempCore) {
  return { authorization: `Bearer ${core.adminToken.token}` }
}

async function call(
  core: TempCore,
  path: string,
  { input, headers }: { input?: object | undefined; headers: object },
): Promise<string> {
  const response = await fetch(`${core.url}/trpc/frontend/${path}`, {
    method: input ? 'POST' : 'GET',
    headers: { ...JSON_HEADERS, ...headers },
    ...(input && { body: JSON.stringify(input) }),
  })
  return [...response.headers, await response.text()].join('\n')
}

type Found = { name: string; bytes: Buffer }

/** Every file, backups unpacked; not the key file and the config file, which hold secrets by design. */
async function filesIn(folder: string): Promise<Found[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const read = entries
    .filter((entry) => entry.isFile() && entry.name !== 'metamcp.json')
    .map(async ({ parentPath, name }) => {
      const bytes = await readFile(join(parentPath, name))
      return { name, bytes: name.endsWith('.tgz') ? gunzipSync(bytes) : bytes }
    })
  return Promise.all(read)
}

function namesOf(files: Found[], text: string): string[] {
  return files.filter(({ bytes }) => bytes.includes(text)).map(({ name }) => name)
}
