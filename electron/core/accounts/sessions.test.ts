import { afterAll, beforeAll, expect, test } from 'vitest'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SessionView } from '../../../shared/account.ts'
import { openTempAccounts, postAuth, signIn, type TempAccounts } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

async function seen(headers: Record<string, string>): Promise<SessionView['caller']> {
  const response = await fetch(`${core.url}/session`, { headers })
  return ((await response.json()) as SessionView).caller
}

test('one sees one’s own browsers, and ends any of them at once', async () => {
  const { ben, cara } = people
  const other = await signIn(core, 'ben')
  const sessions = await ben.trpc.accounts.sessions.query()
  expect(sessions.map(({ current }) => current).toSorted()).toEqual([false, true])
  const id = sessions.find(({ current }) => !current)?.id ?? ''
  await expect(cara.trpc.accounts.revokeSession.mutate({ id })).rejects.toThrow('no session')
  expect(await seen(other.headers)).toMatchObject({ name: 'ben' })
  await ben.trpc.accounts.revokeSession.mutate({ id })
  expect(await seen(other.headers)).toBeNull()
  await expect(other.trpc.accounts.me.query()).rejects.toThrow('signed in')
  expect(await seen(ben.headers)).toMatchObject({ name: 'ben' })
})

test('a stream of a session that is ended ends with it', async () => {
  const other = await signIn(core, 'cara')
  const stream = request(`${core.url}/trpc/frontend/status.changes`, {
    headers: { ...other.headers, accept: 'text/event-stream' },
  })
  stream.end()
  const [response] = (await once(stream, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  response.resume()
  const closed = Promise.withResolvers<void>()
  stream.on('error', () => undefined)
  response.on('error', () => undefined)
  response.on('close', () => closed.resolve())
  await people.cara.trpc.accounts.revokeOtherSessions.mutate()
  await closed.promise
  expect(await seen(people.cara.headers)).toMatchObject({ name: 'cara' })
})

test('a new password takes the current one, and ends all other sessions', async () => {
  const { ben } = people
  const other = await signIn(core, 'ben')
  const next = 'another long password'
  const wrong = ben.trpc.accounts.changePassword.mutate({ current: 'wrong', next })
  await expect(wrong).rejects.toThrow('not the current password')
  await ben.trpc.accounts.changePassword.mutate({ current: 'correct horse battery', next })
  expect(await seen(other.headers)).toBeNull()
  expect(await seen(ben.headers)).toMatchObject({ name: 'ben' })
  await expect(signIn(core, 'ben')).rejects.toThrow('401')
  await signIn(core, 'ben', next)
})

test('the current password cannot be guessed, in one request or in many', async () => {
  const { ada, cara } = people
  const next = 'another long password'
  const input = { current: 'a guess of somebody', next }
  const paths = Array.from({ length: 30 }, () => 'accounts.changePassword').join()
  const body = JSON.stringify({ ...Array.from({ length: 30 }, () => input) })
  const headers = { ...cara.headers, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body }
  const answer = await fetch(`${core.url}/trpc/frontend/${paths}?batch=1`, init)
  const said = (await answer.json()) as { error: { message: string; data: { code: string } } }[]
  const codes = said.map(({ error }) => error.data.code)
  expect(codes.filter((code) => code === 'BAD_REQUEST')).toHaveLength(10)
  expect(codes.filter((code) => code === 'TOO_MANY_REQUESTS')).toHaveLength(20)
  expect(said.at(-1)?.error.message).toMatch(/tried too often. Try again in 15 minutes/)
  const right = { current: 'correct horse battery', next }
  await expect(cara.trpc.accounts.changePassword.mutate(right)).rejects.toThrow('too often')
  // Others are not made to wait for it.
  const other = ada.trpc.accounts.changePassword.mutate(input)
  await expect(other).rejects.toThrow('not the current password')
})

test('signing out ends the session, by either way', async () => {
  const one = await signIn(core, 'cara')
  expect((await postAuth(core, 'sign-out', { headers: one.headers })).status).toBe(200)
  expect(await seen(one.headers)).toBeNull()
  const two = await signIn(core, 'cara')
  const left = await fetch(`${core.url}/session`, { method: 'DELETE', headers: two.headers })
  expect(left.headers.getSetCookie().join()).toMatch(/metamcp\.session_token=;.*Max-Age=0/)
  expect(await seen(two.headers)).toBeNull()
})

test('the cookie is for our own pages alone', async () => {
  const answer = await postAuth(core, 'sign-in/email', {
    email: 'cara@example.com',
    password: 'correct horse battery',
  })
  const [cookie = ''] = answer.headers.getSetCookie()
  expect(cookie).toMatch(/HttpOnly/i)
  expect(cookie).toMatch(/SameSite=Strict/i)
  const foreign = await postAuth(core, 'sign-out', {
    headers: { cookie, origin: 'http://evil.example' },
  })
  expect(foreign.status).toBe(403)
})

test('the admin token takes the place of whoever was signed in', async () => {
  const cara = await signIn(core, 'cara')
  const entered = await fetch(`${core.url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...cara.headers },
    body: JSON.stringify({ token: core.adminToken.token }),
  })
  expect(entered.status).toBe(204)
  const [window = ''] = entered.headers.getSetCookie()
  const cookie = `${cara.cookie}; ${window.split(';', 1)[0]}`
  expect(await seen({ cookie })).toEqual({ kind: 'operator' })
})

test('what better-auth has more is not there', async () => {
  const { headers } = people.cara
  for (const path of ['get-session', 'list-sessions', 'update-user', 'ok', 'sign-in/social']) {
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${core.url}/api/auth/${path}`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        body: method === 'POST' ? '{}' : null,
      })
      expect([path, answer.status]).toEqual([path, 404])
    }
  }
})

test('no token and no password is in the data folder', async () => {
  const token = /session_token=([A-Za-z0-9]+)/.exec(people.cara.cookie)?.[1] ?? 'none'
  expect(token.length).toBeGreaterThan(20)
  const files = await readdir(core.dataDir, { recursive: true, withFileTypes: true })
  for (const file of files) {
    if (!file.isFile()) continue
    const bytes = await readFile(join(file.parentPath, file.name))
    const holds = [token, 'correct horse battery'].filter((text) => bytes.includes(text))
    expect([file.name, ...holds]).toEqual([file.name])
  }
})
