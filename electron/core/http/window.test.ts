import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postAuth } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore, type TempCoreOptions } from '../testing/temp-core.ts'

async function startWithPage(more: TempCoreOptions = {}) {
  const pageDir = await mkdtemp(join(tmpdir(), 'metamcp-page-'))
  await mkdir(join(pageDir, 'assets'))
  await writeFile(join(pageDir, 'index.html'), '<title>ours</title>')
  await writeFile(join(pageDir, 'assets/a.js'), 'ours')
  return startTempCore({ pageDir, ...more })
}

const enter = (url: string, token: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  })

/** A try whose body is sent once the door waits for it. */
function beginToEnter(url: string, token: string) {
  const body = JSON.stringify({ token })
  const headers = {
    ...{ expect: '100-continue', 'content-type': 'application/json' },
    'content-length': body.length,
  }
  const asked = request(`${url}/session`, { method: 'POST', headers, agent: false })
  asked.flushHeaders()
  const isAwaited = once(asked, 'continue')
  return {
    isAwaited,
    async send(): Promise<number | undefined> {
      asked.end(body)
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      answer.resume()
      return answer.statusCode
    },
  }
}

describe('the window in a browser', () => {
  let core: TempCore
  beforeAll(async () => {
    core = await startWithPage()
  })
  afterAll(() => core[Symbol.asyncDispose]())

  test('is served with a policy that lets it reach us and nobody else', async () => {
    const page = await fetch(`${core.url}/`)
    expect([page.status, await page.text()]).toEqual([200, '<title>ours</title>'])
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("connect-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    const script = await fetch(`${core.url}/assets/a.js`)
    expect(script.headers.get('cache-control')).toContain('immutable')
    for (const path of [
      '/nothing.js',
      '/..%2fadmin-token',
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
    ]) {
      expect((await fetch(core.url + path)).status).toBe(404)
    }
  })

  test('takes the admin token once, and gives a cookie that opens the management API alone', async () => {
    const answer = await enter(core.url, core.adminToken.token)
    expect(answer.status).toBe(204)
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(
      /^metamcp_window=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect(cookie).not.toContain(core.adminToken.token)
    const [pair = ''] = cookie.split(';')
    const list = `${core.url}/trpc/frontend/servers.list`
    expect((await fetch(list, { headers: { cookie: pair } })).status).toBe(200)
    expect((await fetch(list, { headers: { cookie: `${pair}x` } })).status).toBe(401)
    expect((await fetch(list)).status).toBe(401)
    // It is no key: what a client may do, a browser's cookie does not do.
    const call = await fetch(core.mcpUrl(), {
      method: 'POST',
      headers: { cookie: pair, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(call.status).toBe(401)
  })

  test('lets no page of another origin use the cookie', async () => {
    const [cookie = ''] = (await enter(core.url, core.adminToken.token)).headers
      .getSetCookie()
      .map((one) => one.split(';')[0] ?? '')
    const answer = await fetch(`${core.url}/trpc/frontend/namespaces.create`, {
      method: 'POST',
      headers: { cookie, origin: 'http://127.0.0.1:3000', 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'evil' }),
    })
    expect(answer.status).toBe(403)
    expect((await core.admin.namespaces.list.query()).map(({ name }) => name)).not.toContain('evil')
  })

  test('is shut after twenty wrong tokens in a minute, also for the right one', async () => {
    // One of its own: the others would find it shut.
    await using shut = await startWithPage()
    // All are there before any has sent what it tries.
    const guesses = Array.from({ length: 25 }, () => beginToEnter(shut.url, 'guess'))
    await Promise.all(guesses.map(({ isAwaited }) => isAwaited))
    const statuses = await Promise.all(guesses.map(({ send }) => send()))
    const refused = Array.from({ length: 20 }, () => 401)
    expect(statuses.toSorted()).toEqual([...refused, ...Array.from({ length: 5 }, () => 429)])
    // Without a proxy of ours, the address that somebody names is nobody's word.
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const answer = await enter(shut.url, shut.adminToken.token, headers)
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('goes with the cookie when the person leaves', async () => {
    const answer = await fetch(`${core.url}/session`, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringContaining('Max-Age=0'),
    ])
  })
})

describe('behind a proxy that speaks https', () => {
  const publicUrl = 'https://mcp.example.com'
  let core: TempCore
  beforeAll(async () => {
    core = await startWithPage({ auth: 'accounts', publicUrl })
  })
  afterAll(() => core[Symbol.asyncDispose]())

  test('over https, both cookies are for our host alone', async () => {
    const { url } = core.local
    const byToken = (await enter(url, core.adminToken.token)).headers.getSetCookie()
    const mine =
      /^__Host-metamcp_window=([^;]+); Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict; Secure$/
    expect(byToken).toEqual([expect.stringMatching(mine)])
    const [, value = ''] = mine.exec(byToken.join()) ?? []
    const person = { name: 'ada', email: 'ada@example.com', password: 'correct horse battery' }
    const signUp = (cookie: string) =>
      postAuth({ url }, 'sign-up/email', { ...person, headers: { cookie, origin: publicUrl } })
    // Without the prefix it may be from anybody.
    expect((await signUp(`metamcp_window=${value}`)).status).toBe(403)
    const signedUp = await signUp(`__Host-metamcp_window=${value}`)
    const [byPassword = ''] = signedUp.headers.getSetCookie()
    const [name, ...attributes] = byPassword.toLowerCase().split('; ')
    expect(name).toMatch(/^__host-metamcp\.session_token=./)
    expect(attributes).toEqual(
      expect.arrayContaining(['path=/', 'httponly', 'secure', 'samesite=strict']),
    )
    expect(attributes.join()).not.toContain('domain')
    const statusWith = async (cookie: string) =>
      (await fetch(`${url}/trpc/frontend/servers.list`, { headers: { cookie } })).status
    const [session = ''] = byPassword.split(';')
    expect(await statusWith(session)).toBe(200)
    expect(await statusWith(session.replace('__Host-', ''))).toBe(401)
    expect(await statusWith(`__Host-metamcp_window=${value}`)).toBe(200)
    expect(await statusWith(`metamcp_window=${value}`)).toBe(401)
  })

  test('the door is shut to whoever guesses, and open to everybody else', async () => {
    const from = (address: string, token: string) =>
      enter(core.local.url, token, { 'x-forwarded-for': address })
    const guesses = Array.from({ length: 21 }, () => from('203.0.113.9', 'guess'))
    const statuses = (await Promise.all(guesses)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 429)).toHaveLength(1)
    const { token } = core.adminToken
    expect((await from('203.0.113.9', token)).status).toBe(429)
    expect((await from('203.0.113.10', token)).status).toBe(204)
    // Of IPv6, a guesser has as many addresses as they like.
    for (let count = 1; count <= 20; count++) await from(`2001:db8::${count}`, 'guess')
    expect((await from('2001:db8::ffff', token)).status).toBe(429)
    expect((await from('2001:db8:0:1::1', token)).status).toBe(204)
  })
})

test('without a page there is nothing at its address', async () => {
  await using core = await startTempCore()
  expect((await fetch(`${core.url}/`)).status).toBe(404)
  expect((await enter(core.url, core.adminToken.token)).status).toBe(404)
})
