import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WELL_KNOWN_KINDS } from '../authorization/metadata.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import { enginePaths } from '../testing/engine-paths.ts'
import { HTTP_ROWS, statusesOf } from '../testing/http-rows.ts'
import { openClock, openWorld, type Who, type World } from '../testing/who-may-world.ts'
import { ROUTES } from './routes.ts'
import { DOOR, PAGES } from './window.ts'

/* Who is answered what at each address: of the procedures, who-may.test.ts tells more. */

const FILE = configFileOf([], { auth: { oauth: true } })
const CLOSED = { message: 'There is nothing at this address' }

let core: TempCore
let world: World
const pageDir = await mkdtemp(join(tmpdir(), 'metamcp-page-'))

beforeAll(async () => {
  await mkdir(join(pageDir, 'assets'))
  await writeFile(join(pageDir, 'index.html'), '<title>ours</title>')
  await writeFile(join(pageDir, 'assets/a.js'), 'ours')
  const { now, stopAt } = openClock()
  core = await startTempCore({ auth: 'accounts', file: FILE, pageDir, times: { now } })
  world = await openWorld(core, { stopAt })
}, 60_000)
afterAll(async () => {
  await core[Symbol.asyncDispose]()
  await rm(pageDir, { recursive: true, force: true })
})

/** The rows by method and path, without what is asked behind a `?`. */
function addresses(): string[] {
  return HTTP_ROWS.map(({ method, path }) => `${method} ${path(world).split('?', 1)[0]}`)
}

test('each address that is routed has a row', () => {
  const paths = addresses().map((address) => address.slice(address.indexOf(' ') + 1))
  const routed = Object.entries(ROUTES).map(([name, route]) => {
    return [name, paths.some((path) => route.test(path))] as const
  })
  expect(routed.filter(([, has]) => !has)).toEqual([])
  expect([...DOOR.keys()].filter((one) => !addresses().includes(one))).toEqual([])
  expect([...PAGES].filter((page) => !paths.includes(page))).toEqual([])
  const known = WELL_KNOWN_KINDS.map((kind) => `/.well-known/${kind}`)
  expect(known.filter((path) => !paths.includes(path))).toEqual([])
})

test('what the engine of accounts answers has a row, or is closed to everybody', async () => {
  const below = '/api/auth'
  const rows = new Set(addresses())
  const inEngine = await enginePaths()
  // Far more than is open.
  expect(inEngine.length).toBeGreaterThan(40)
  const open: string[] = []
  for (const { method, path } of inEngine) {
    const at = below + path.replace(/[:*]\w+/g, 'id')
    if (rows.has(`${method} ${at}`)) open.push(`${method} ${path}`)
    else {
      const { owner, operator } = world.headers
      for (const headers of [owner, operator]) {
        const sent = method === 'GET' ? {} : { body: '{}' }
        const answer = await fetch(core.url + at, { method, headers, redirect: 'manual', ...sent })
        const said: unknown = await answer.json().catch(() => null)
        expect({ method, path, said }).toEqual({ method, path, said: CLOSED })
      }
    }
  }
  // Sign-ins at a provider have an address of ours, and go to another of its.
  const own = `POST ${below}/sign-in/oauth2`
  expect([...rows].filter((row) => row.includes(`${below}/`) && row !== own)).toHaveLength(
    open.length,
  )
})

test('each address answers each kind of caller as its row says', async () => {
  const wrong: object[] = []
  for (const row of HTTP_ROWS) {
    for (const [who, expected] of Object.entries(statusesOf(row))) {
      const status = await statusOf(row, who as Who)
      const asked = `${row.method} ${row.path(world)}`
      if (status !== expected) wrong.push({ asked, who, expected, status })
    }
  }
  expect(wrong).toEqual([])
}, 60_000)

async function statusOf(row: (typeof HTTP_ROWS)[number], who: Who): Promise<number> {
  const over = new AbortController()
  const body = await row.body?.(world)
  const response = await fetch(core.url + row.path(world), {
    method: row.method,
    redirect: 'manual',
    signal: over.signal,
    headers: {
      // As from a page of our own: whoever may do anything may do it so.
      origin: core.url,
      accept: 'application/json, text/event-stream',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...row.headers,
      ...world.headers[who],
    },
    ...(body !== undefined && { body }),
  })
  // A stream has no end.
  over.abort()
  return response.status
}
