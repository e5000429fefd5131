import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Change } from '../changes.ts'
import { startAuthServer, type AuthServer } from '../testing/auth-server.ts'
import { signUp, type Person } from '../testing/browser.ts'
import { connectLegacy } from '../testing/clients.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Signing in to a server behind better-auth's authorization server, as a person and a client see it. */

vi.setConfig({ testTimeout: 60_000 })

const TOKEN = 'POST /api/auth/oauth2/token'
const SOON = { timeout: 10_000 }
const SAID = { content: [{ type: 'text' }] }
const HELLO = { name: 'locked__echo', arguments: { text: 'hi' } }

type Stage = { core: TempCore; locked: AuthServer; id: string }

async function start(locked: AuthServer, rest = {}): Promise<TempCore> {
  const file = configFileOf([{ name: 'locked', type: 'STREAMABLE_HTTP', url: locked.mcpUrl }])
  return startTempCore({ database: 'embedded', file, ...rest })
}

async function idIn(core: TempCore): Promise<string> {
  const [server] = await core.admin.servers.list.query()
  return server?.id ?? ''
}

const viewOf = ({ core, id }: Stage) => core.admin.servers.get.query({ id })
const isUp = (stage: Stage) =>
  expect
    .poll(() => viewOf(stage))
    .toMatchObject({ signIn: 'signed-in', toolCount: expect.any(Number) as number })

async function signIn({ core, id }: Stage, person: Person, accept = true): Promise<Response> {
  const { url } = await core.admin.oauth.signIn.mutate({ serverId: id })
  return fetch(await person.answer(url, accept))
}

async function callEcho(core: TempCore): Promise<unknown> {
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  return await client.callTool(HELLO)
}

/** Its catalog may take a moment to reach the endpoint. */
const answers = (core: TempCore) =>
  expect.poll(() => callEcho(core).catch(String), SOON).toMatchObject(SAID)

// Shows: oauth-client-401, oauth-client-bearer, oauth-client-query, oauth-client-no-passthrough
test('a server asks for a sign-in, gets it, keeps it over a restart, and is told when it ends', async () => {
  await using locked = await startAuthServer()
  const person = await signUp(locked.issuer)
  await using core = await start(locked)
  const stage = { core, locked, id: await idIn(core) }
  const told: Change[] = []
  core.changes.subscribe((change) => void told.push(change))
  await expect.poll(() => viewOf(stage), SOON).toMatchObject({ state: 'failed', signIn: 'needed' })
  expect((await viewOf(stage)).error).toMatch(`(${core.url}/trpc/frontend)`)
  await expect(callEcho(core)).rejects.toThrow()

  const refusal = await signIn(stage, person, false)
  expect([refusal.status, await refusal.text()]).toEqual([
    403,
    expect.stringContaining('was not granted') as string,
  ])
  expect((await viewOf(stage)).signIn).toBe('needed')
  expect(locked.seen).not.toContain(TOKEN)

  const page = await signIn(stage, person)
  expect([page.status, await page.text()]).toEqual([
    200,
    expect.stringContaining('You may close this window') as string,
  ])
  await isUp(stage)
  expect(told).toContainEqual({ kind: 'sign-in', serverId: stage.id })
  await answers(core)

  // The next start: nothing is asked of the person, nor of the authorization server.
  await core.close()
  const before = locked.seen.filter((one) => one.includes('oauth2')).length
  await using later = await startTempCore({ database: 'embedded', dataDir: core.dataDir })
  const next = { core: later, locked, id: stage.id }
  await isUp(next)
  await answers(later)
  expect(locked.seen.filter((one) => one.includes('oauth2'))).toHaveLength(before)

  // Within a session, the client notices nothing of an expired token.
  await using client = await connectLegacy(later.mcpUrl(), later.key)
  locked.expire()
  const calls = Array.from({ length: 10 }, () => client.callTool(HELLO))
  expect(await Promise.all(calls)).toHaveLength(10)
  expect(locked.seen.filter((one) => one === TOKEN)).toHaveLength(2)

  // Taken back there: it asks again, and a new sign-in will do.
  locked.revoke()
  await expect(client.callTool(HELLO)).rejects.toThrow('asks for a sign-in')
  await expect.poll(() => viewOf(next), SOON).toMatchObject({ signIn: 'needed' })
  expect((await signIn(next, person)).status).toBe(200)
  await isUp(next)
  await answers(later)

  expect(await later.admin.oauth.signOut.mutate({ serverId: stage.id })).toEqual({ revoked: true })
  await expect.poll(() => viewOf(next), SOON).toMatchObject({ state: 'failed', signIn: 'needed' })
  const urls = locked.seen.filter((one) => one.includes('/mcp')).join()
  expect(urls).not.toMatch(/token|eyJ/)
  expect([...locked.tokens].filter((one) => one !== '' && !one.startsWith('eyJ'))).toEqual([])
  const kept = await readFile(join(core.dataDir, 'definitions.json'), 'utf8')
  expect(kept).not.toMatch(/access_token|eyJ/)
})

test('a token is refreshed before it expires, and more scopes are got by signing in again', async () => {
  let passed = 0
  await using locked = await startAuthServer()
  const person = await signUp(locked.issuer)
  await using core = await start(locked, { times: { now: () => Date.now() + passed } })
  const stage = { core, locked, id: await idIn(core) }
  await signIn(stage, person)
  await isUp(stage)
  await answers(core)
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  passed = 9 * 60_000 + 1_000
  const refused = locked.seen.length
  const calls = Array.from({ length: 10 }, () => client.callTool(HELLO))
  expect(await Promise.all(calls)).toHaveLength(10)
  expect(locked.seen.slice(refused).filter((one) => one === TOKEN)).toHaveLength(1)

  locked.needs = 'echo:write'
  await expect(client.callTool(HELLO)).rejects.toThrow()
  await expect.poll(() => viewOf(stage), SOON).toMatchObject({ signIn: 'needed', state: 'running' })
  expect((await signIn(stage, person)).status).toBe(200)
  expect(await client.callTool(HELLO)).toMatchObject(SAID)
})

test('only management callers sign in and out; the callback is behind the guards', async () => {
  await using locked = await startAuthServer()
  await using core = await start(locked)
  const id = await idIn(core)
  const call = (name: string, headers: Record<string, string>) =>
    fetch(`${core.url}/trpc/frontend/oauth.${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ serverId: id }),
    })
  for (const name of ['signIn', 'signOut']) {
    expect((await call(name, {})).status).toBe(401)
    expect((await call(name, { authorization: `Bearer ${core.key}` })).status).toBe(403)
  }
  const callback = `${core.url}/oauth/callback?state=${'a'.repeat(43)}&code=c`
  expect((await fetch(callback)).status).toBe(400)
  expect((await fetch(callback, { method: 'POST' })).status).toBe(405)
  const foreign = { origin: 'https://evil.example' }
  expect((await fetch(callback, { headers: foreign })).status).toBe(403)
})
