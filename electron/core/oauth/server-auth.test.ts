import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Server } from '../../../shared/server.ts'
import { openChanges } from '../changes.ts'
import type { Database } from '../db/open.ts'
import { signIns } from '../db/schema.ts'
import { openOddAuthServer, type OddAuthOptions } from '../testing/odd-auth-server.ts'
import { openTempOAuth, type TempOAuth } from '../testing/temp-oauth.ts'
import { openSignInStore } from './sign-in-store.ts'

/* What connections get for their requests, and what becomes of a token that is refused. */

const HOUR_MS = 3_600_000
const CHALLENGE = 'Bearer error="invalid_token"'

function serverOf(oauth: TempOAuth, id: string): Server {
  const server = oauth.stores.servers.get(id)
  if (!server) throw new Error('it was added')
  return server
}

async function signedIn(options: OddAuthOptions = {}) {
  await using made = new AsyncDisposableStack()
  const locked = made.use(await openOddAuthServer(options))
  const oauth = made.use(await openTempOAuth())
  const id = await oauth.add(locked.mcpUrl)
  expect((await oauth.signInTo(id)).status).toBe(200)
  const token = () => oauth.auth.token(serverOf(oauth, id))
  const refused = (tokenUsed: string | null, status = 401, wwwAuthenticate = CHALLENGE) =>
    oauth.auth.refused(serverOf(oauth, id), { status, wwwAuthenticate, tokenUsed })
  const refreshes = () => locked.posted.filter(({ form }) => form.has('refresh_token'))
  const owned = made.move()
  const dispose = { [Symbol.asyncDispose]: () => owned.disposeAsync() }
  return { locked, oauth, id, token, refused, refreshes, ...dispose }
}

test('a token is refreshed a minute ahead, once for all who ask, and stored before it is used', async () => {
  await using stage = await signedIn()
  const { oauth, id, token, refreshes, locked } = stage
  expect(await token()).toBe('access-1')
  oauth.advance(HOUR_MS - 120_000)
  expect(await token()).toBe('access-1')
  oauth.advance(61_000)
  const got = await Promise.all(Array.from({ length: 20 }, token))
  expect(new Set(got)).toEqual(new Set(['access-2']))
  expect(refreshes().map(({ form }) => Object.fromEntries(form))).toEqual([
    {
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: 'registered',
      resource: locked.mcpUrl,
    },
  ])
  const later = await oauth.stores.reopen()
  expect(later.signIns.get(id)?.tokens).toMatchObject({ access: 'access-2', refresh: 'refresh-2' })
})

test('of many requests refused for one token, one refreshes, and all may try again', async () => {
  await using stage = await signedIn()
  const answers = await Promise.all(Array.from({ length: 20 }, () => stage.refused('access-1')))
  expect(new Set(answers)).toEqual(new Set([true]))
  // One that comes late, too.
  expect(await stage.refused('access-1')).toBe(true)
  expect(stage.refreshes()).toHaveLength(1)
  expect(stage.oauth.status(stage.id)).toBe('signed-in')
})

test('a new token that is refused as well ends the sign-in, and no request goes round for ever', async () => {
  await using stage = await signedIn()
  expect(await stage.refused('access-1')).toBe(true)
  expect(stage.oauth.endedAt(stage.id)).toBeNull()
  expect(await stage.refused('access-2')).toBe(false)
  expect(stage.refreshes()).toHaveLength(1)
  expect(stage.oauth.status(stage.id)).toBe('needed')
  expect(stage.oauth.endedAt(stage.id)).toBeGreaterThan(0)
  expect(await stage.token()).toBeNull()
})

test('a token that was good for long is refreshed again when it is refused', async () => {
  await using stage = await signedIn()
  expect(await stage.refused('access-1')).toBe(true)
  stage.oauth.advance(30 * 60_000)
  expect(await stage.refused('access-2')).toBe(true)
})

test('an authorization server that takes the refresh token no more: a sign-in is needed', async () => {
  let count = 0
  const token = () =>
    (count += 1) === 1
      ? { body: { access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: 60 } }
      : { status: 400, body: { error: 'invalid_grant' } }
  await using stage = await signedIn({ answers: { '/token': token } })
  expect(await stage.token()).toBeNull()
  expect(stage.oauth.status(stage.id)).toBe('needed')
  expect((await stage.oauth.stores.reopen()).signIns.get(stage.id)?.tokens).toBeNull()
})

test('one that cannot be reached changes nothing, and is left in peace for half a minute', async () => {
  let count = 0
  const token = () =>
    (count += 1) === 2
      ? { status: 503, body: 'EVIL' }
      : {
          body: {
            access_token: `a${count}`,
            refresh_token: 'r',
            token_type: 'bearer',
            expires_in: 50,
          },
        }
  await using stage = await signedIn({ answers: { '/token': token } })
  expect(await stage.token()).toBe('a1')
  expect(await stage.token()).toBe('a1')
  expect(stage.refreshes()).toHaveLength(1)
  expect(stage.oauth.status(stage.id)).toBe('signed-in')
  stage.oauth.advance(30_000)
  expect(await stage.token()).toBe('a3')
})

// Shows: oauth-client-refresh-absent
test('without a refresh token, a token is used until it is refused', async () => {
  const body = { access_token: 'a', token_type: 'Bearer', expires_in: 60 }
  await using stage = await signedIn({ answers: { '/token': () => ({ body }) } })
  stage.oauth.advance(HOUR_MS)
  expect(await stage.token()).toBe('a')
  expect(await stage.refused('a')).toBe(false)
  expect([await stage.token(), stage.oauth.status(stage.id)]).toEqual([null, 'needed'])
})

// Shows: oauth-client-step-up, oauth-client-step-up-limit
test('a scope that is missing is asked for together with those that were granted', async () => {
  await using stage = await signedIn({
    resource: () => ({ scopes_supported: ['read'] }),
    metadata: () => ({ scopes_supported: ['read', 'offline_access'] }),
  })
  const { oauth, id } = stage
  const words = 'Bearer error="insufficient_scope", scope="write"'
  expect(await stage.refused('access-1', 403, words)).toBe(false)
  // What it has goes on being used.
  expect([oauth.status(id), await stage.token()]).toEqual(['needed', 'access-1'])
  const { searchParams } = await oauth.begin(id)
  expect(searchParams.get('scope')?.split(' ').sort()).toEqual(['offline_access', 'read', 'write'])
  await oauth.comeBack(`?code=c&state=${searchParams.get('state')}`)
  expect([oauth.status(id), await stage.token()]).toEqual(['signed-in', 'access-2'])
  // Asked for and given: another sign-in would not help.
  expect(await stage.refused('access-2', 403, words)).toBe(false)
  expect(oauth.status(id)).toBe('signed-in')
})

test('a refusal that is not about tokens is none of ours', async () => {
  await using stage = await signedIn()
  expect(await stage.refused('access-1', 403, 'Bearer error="nothing"')).toBe(false)
  expect(await stage.refused('access-1', 500)).toBe(false)
  expect([stage.oauth.status(stage.id), await stage.token()]).toEqual(['signed-in', 'access-1'])
})

// Shows: oauth-client-token-issuer
test('a token is for the URL that it was got for, and for servers without credentials of their own', async () => {
  await using stage = await signedIn()
  const { oauth, id, locked } = stage
  const server = serverOf(oauth, id)
  const { auth } = oauth
  expect(await auth.token({ ...server, url: 'https://else.example/mcp' } as Server)).toBeNull()
  expect(await auth.token({ ...server, bearerToken: 'own' } as Server)).toBeNull()
  expect(await auth.token({ ...server, headers: { AUTHORIZATION: 'own' } } as Server)).toBeNull()
  await oauth.stores.servers.update(id, { url: `${locked.origin}/other` })
  expect([oauth.status(id), await stage.token()]).toEqual([null, null])
})

test('signing out ends the tokens there, and forgets them here', async () => {
  await using stage = await signedIn()
  const { oauth, id, locked } = stage
  expect(await oauth.signOut(id)).toEqual({ revoked: true })
  const revoked = locked.posted.filter(({ path }) => path === '/revoke')
  expect(revoked.map(({ form }) => form.get('token'))).toEqual(['refresh-1', 'access-1'])
  expect([oauth.status(id), await stage.token()]).toEqual([null, null])
  expect((await oauth.stores.reopen()).signIns.get(id)).toBeUndefined()
  expect(await oauth.signOut(id)).toEqual({ revoked: false })
})

test('what changes while all sign-ins are read again is not undone by that', async () => {
  await using stage = await signedIn()
  const { db, secrets } = stage.oauth.stores
  const [read, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isSlow = false
  const slowly: Database['read'] = async (work) => {
    const rows = await db.read(work)
    if (!isSlow) return rows
    read.resolve()
    await gate.promise
    return rows
  }
  const changes = openChanges(() => undefined)
  const store = await openSignInStore({ db: { ...db, read: slowly }, secrets, changes })
  expect(store.get(stage.id)).toBeDefined()
  isSlow = true
  const reloading = store.reload()
  await read.promise
  isSlow = false
  await store.drop(stage.id)
  gate.resolve()
  await reloading
  expect(store.get(stage.id)).toBeUndefined()
})

test('signing out works where nothing can be revoked', async () => {
  await using stage = await signedIn({ answers: { '/revoke': () => ({ status: 500 }) } })
  expect(await stage.oauth.signOut(stage.id)).toEqual({ revoked: false })
  expect(await stage.token()).toBeNull()
})

// Shows: oauth-client-storage
test('tokens, clients and their secrets are sealed wherever they are kept', async () => {
  const registered = { client_id: 'the-client', client_secret: 'the-client-secret' }
  await using stage = await signedIn({
    answers: { '/register': () => ({ status: 201, body: { ...registered, redirect_uris: [] } }) },
  })
  const { db } = stage.oauth.stores
  const [row] = await db.read((tx) => tx.select().from(signIns))
  const snapshot = await readFile(join(db.dataDir, 'definitions.json'), 'utf8')
  expect(snapshot).toContain(row?.sealed)
  for (const secret of ['access-1', 'refresh-1', 'the-client', 'code_verifier']) {
    expect(JSON.stringify(row) + snapshot).not.toContain(secret)
  }
})
