import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CallFilters } from '../../../shared/calls.ts'
import { RpcError } from '../json-rpc.ts'
import { callOf, NOBODYS, openTempCalls, visitOf } from '../testing/temp-calls.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import type { CallReader } from './call-rows.ts'

// A start takes a second: one database is enough, with nothing in it when a test begins.
let db: Awaited<ReturnType<typeof openTempDatabase>>
beforeAll(async () => void (db = await openTempDatabase()))
afterAll(() => db[Symbol.asyncDispose]())
beforeEach(async () => {
  await db.record((tx) => tx.execute(sql`truncate call_log`))
})

const failed = (text: string) => ({ isError: true, content: [{ type: 'text', text }] })

test('a call is a row with all that is known of it, and nothing that must not be read', async () => {
  const { calls, listed } = openTempCalls(db)
  const token = 'ghp_abcdefghijklmnop1234'
  const at = Date.now() - 5_000
  const text = 'a'.repeat(4_000)
  calls.called(visitOf(), callOf({ at, result: { content: [{ type: 'text', text }] } }))
  calls.called(visitOf({ client: { info: undefined } }), callOf({ result: failed(`no: ${token}`) }))
  calls.called(visitOf(), callOf({ result: null, error: new RpcError(-32050, 'gone\0 away') }))
  calls.called(
    visitOf(),
    callOf({ result: null, error: new Error('/home/somebody'), server: null }),
  )
  calls.called(visitOf(), callOf({ wasCancelled: true, name: 'a\ud800' }))
  const uri = `https://ada:pw@x.org/?a=1&api_key=${token}`
  calls.called(visitOf(), callOf({ method: 'resources/read', name: uri, arguments: undefined }))

  const [read, cancelled, ours, code, tool, well] = await listed(6)
  expect(well).toEqual({
    ...{ id: expect.any(Number) as number, at, endpoint: 'default', caller: 'api-key:k1' },
    ...{ client: 'cursor-vscode', clientLabel: 'Cursor', clientVersion: '1.2' },
    ...{ server: 'github', method: 'tools/call', name: 'github__search', ms: 12.346 },
    ...{ outcome: 'ok', error: null, argumentsSize: JSON.stringify({ q: 'x' }).length },
    resultSize: JSON.stringify({ content: [{ type: 'text', text }] }).length,
    resultTokens: expect.any(Number) as number,
  })
  // About four characters of English are a token.
  expect(well?.resultTokens).toBeGreaterThan(900)
  expect(well?.resultTokens).toBeLessThan(1_100)
  expect(tool).toMatchObject({ outcome: 'tool-error', error: 'no: [redacted secret]' })
  expect(tool).toMatchObject({ client: null, clientLabel: null, clientVersion: null })
  expect(code).toMatchObject({ outcome: '-32050', error: 'gone away' })
  expect(ours).toMatchObject({ outcome: '-32603', error: null, server: null })
  expect(cancelled).toMatchObject({ outcome: 'cancelled', error: null, name: 'a\ufffd' })
  expect(read?.name).toBe('https://[redacted secret]@x.org/?a=1&api_key=[redacted secret]')
  expect(read?.argumentsSize).toBeNull()
  expect(await calls.get(well?.id ?? 0, null)).toMatchObject({ arguments: null, result: null })
  expect(await calls.get(0, null)).toBeUndefined()
  await calls.close()
})

test('what is kept of a call is redacted by all that hide, and cut only then', async () => {
  const { calls, listed } = openTempCalls(db)
  const token = 'sk-abcdefghijklmnopqrstuv'
  const kept = (payload: object, maxCharacters = 1_000) => ({
    ...payload,
    ...{ maxCharacters, redactions: [(text: string) => text.replaceAll('Ada', '[somebody]')] },
  })
  const args = { to: `Ada\n${token}`, password: 'hunter2', [token]: { tokens: 5, list: ['Ada'] } }
  calls.called(visitOf(), callOf({ kept: kept({ arguments: args, result: { ok: true } }) }))
  // The token begins where the cut is.
  const long = `${'x '.repeat(48)}${token} ${'y'.repeat(5_000)}`
  const deep = JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`) as unknown
  calls.called(visitOf(), callOf({ kept: kept({ arguments: [long], result: deep }, 100) }))
  calls.called(visitOf(), callOf({ kept: kept({ arguments: undefined }) }))
  const [nothing, cut, whole] = await listed(3)
  expect(await calls.get(whole?.id ?? 0, null)).toMatchObject({
    arguments: JSON.stringify({
      ...{ to: '[somebody]\n[redacted secret]', password: '[redacted secret]' },
      '[redacted secret]': { tokens: 5, list: ['[somebody]'] },
    }),
    result: '{"ok":true}',
  })
  const short = await calls.get(cut?.id ?? 0, null)
  expect(short?.arguments).toBe(`["${'x '.repeat(48)}[r…`)
  expect(short?.result).toMatch(/^\[+/)
  expect(short?.result?.endsWith('…')).toBe(true)
  const none = await calls.get(nothing?.id ?? 0, null)
  expect([none?.arguments, none?.result]).toEqual([null, null])
  await calls.close()
})

test('what is secret by its name is not kept, in whatever shape it comes', async () => {
  const { calls, listed } = openTempCalls(db)
  const args = {
    ...{ pin_password: 1234, cookie: ['a=b'], credentials: { user: 'Ada', pass: 'x' } },
    ...{ awsSecretKey: 'hunter2', hasToken: true, max_tokens: 5, secret: null, key: 'C major' },
  }
  const text = [
    'DB_PASSWORD=hunter2',
    'password: hunter2, user: ada',
    `{"api_key": "hunter \\"2\\"", 'token':'hunter2', "tokens": 12}`,
    'Authorization: hunter2',
    'The password is long; the key: C major',
  ].join('\n')
  const result = { content: [{ type: 'text', text }] }
  const kept = { arguments: args, result, maxCharacters: 5_000, redactions: [] }
  const error = new RpcError(-1, 'wrong: password=hunter2&user=ada')
  calls.called(visitOf(), callOf({ kept, result: null, error }))
  const [row] = await listed(1)
  expect(row?.error).toBe('wrong: password=[redacted secret]&user=ada')
  const detail = await calls.get(row?.id ?? 0, null)
  const hidden = '[redacted secret]'
  expect(JSON.parse(detail?.arguments ?? '')).toEqual({
    ...{ pin_password: hidden, cookie: hidden, credentials: hidden, awsSecretKey: hidden },
    ...{ hasToken: true, max_tokens: 5, secret: null, key: 'C major' },
  })
  const shown = JSON.parse(detail?.result ?? '') as typeof result
  expect(shown.content[0]?.text.split('\n')).toEqual([
    `DB_PASSWORD=${hidden}`,
    `password: ${hidden}, user: ada`,
    `{"api_key": "${hidden}", 'token':'${hidden}', "tokens": 12}`,
    `Authorization: ${hidden}`,
    'The password is long; the key: C major',
  ])
  await calls.close()
})

test('the log is read newest first in pages, and by what one looks for', async () => {
  const { calls, listed } = openTempCalls(db)
  const names = Array.from({ length: 7 }, (_, index) => `tool_${index}`)
  const now = Date.now()
  names.forEach((name, index) => calls.called(visitOf(), callOf({ name, at: now - 7_000 + index })))
  const other = { endpoint: 'work', client: { info: { name: 'Claude' } } }
  calls.called(visitOf(other), callOf({ server: 'linear', name: '100%', result: failed('a_b') }))
  calls.called(
    visitOf(other),
    callOf({ server: 'linear', result: null, error: new RpcError(-1, 'x') }),
  )
  calls.called(visitOf(other), callOf({ server: 'linear', wasCancelled: true }))
  await listed(10)

  const page = await calls.list({ limit: 4, filters: { server: 'github' }, reader: null })
  expect(page.calls.map(({ name }) => name)).toEqual(names.slice(3).toReversed())
  expect(page.more).toBe(true)
  const ask = { limit: 4, filters: { server: 'github' }, reader: null }
  const rest = await calls.list({ ...ask, before: page.calls.at(-1)?.id })
  expect(rest.calls.map(({ name }) => name)).toEqual(names.slice(0, 3).toReversed())
  expect(rest.more).toBe(false)
  const newer = await calls.list({ ...ask, after: page.calls[1]?.id })
  expect(newer.calls.map(({ name }) => name)).toEqual(['tool_6'])

  const count = async (filters: CallFilters) => (await listed(10, filters)).length
  expect(await count({ endpoint: 'work' })).toBe(3)
  expect(await count({ client: 'Claude', outcome: 'failed' })).toBe(2)
  expect(await count({ client: '' })).toBe(0)
  expect(await count({ outcome: '-1' })).toBe(1)
  expect(await count({ outcome: 'cancelled' })).toBe(1)
  expect(await count({ outcome: 'ok' })).toBe(7)
  expect(await count({ name: 'tool_3' })).toBe(1)
  // A wildcard of SQL is a letter like any other.
  expect([await count({ text: '%' }), await count({ text: 'A_B' })]).toEqual([1, 1])
  expect(await count({ text: 'LINEAR' })).toBe(3)
  expect(await count({ since: now - 6_998, until: now - 6_996 })).toBe(2)
  await calls.close()
})

test('what is rare is found behind thousands of others, in order and in pages', async () => {
  const { calls } = openTempCalls(db)
  await db.record((tx) =>
    tx.execute(sql`
      insert into call_log (at, endpoint, caller, server, method, name, duration_ms, outcome)
      select now(), 'default', 'anonymous', case when n % 2000 = 0 then 'rare' else 'github' end,
        'tools/call', 't' || n, 1, 'ok'
      from generate_series(1, 12000) n`),
  )
  const newest = await calls.list({ limit: 1, filters: {}, reader: null })
  const first = (newest.calls[0]?.id ?? 0) - 12_000
  const page = async ({ before, after, limit }: Record<string, number>) => {
    const range = { before: before && first + before, after: after && first + after }
    const asked = { ...range, limit: limit ?? 1, filters: { server: 'rare' }, reader: null }
    const found = await calls.list(asked)
    return [...found.calls.map(({ id }) => id - first), found.more]
  }
  expect(await page({ limit: 10 })).toEqual([12000, 10000, 8000, 6000, 4000, 2000, false])
  expect(await page({ limit: 4 })).toEqual([12000, 10000, 8000, 6000, true])
  expect(await page({ limit: 2, before: 6000 })).toEqual([4000, 2000, false])
  expect(await page({ limit: 10, after: 4000 })).toEqual([12000, 10000, 8000, 6000, false])
  expect(await page({ limit: 10, after: 12000 })).toEqual([false])
  expect(await page({ limit: 10, before: 2000 })).toEqual([false])
  await calls.close()
})

test('calls are counted by what they have in common, and by the time', async () => {
  const { calls, listed } = openTempCalls(db)
  const start = Date.now() - 10_000
  for (let ms = 1; ms <= 100; ms++) calls.called(visitOf(), callOf({ ms, at: start + ms }))
  calls.called(visitOf(), callOf({ ms: 90_000, wasCancelled: true, at: start + 5_000 }))
  for (const name of ['made', 'up']) {
    const error = new RpcError(-32602, 'Unknown tool')
    const unknown = { server: null, name, result: null, error, at: start + 9_999 }
    calls.called(visitOf({ client: { info: undefined } }), callOf(unknown))
  }
  await listed(103)
  const tools = await calls.stats({ by: 'tool', filters: {}, reader: null })
  expect(tools).toEqual([
    expect.objectContaining({ key: 'github__search', calls: 101, failed: 0 }),
    // Names that nothing has are one row, however many somebody makes up.
    expect.objectContaining({ key: null, label: null, calls: 2, failed: 2 }),
  ])
  expect(tools[0]?.p50Ms).toBeCloseTo(50.5)
  expect(tools[0]?.p95Ms).toBeCloseTo(95.05)
  const clients = await calls.stats({ by: 'client', filters: {}, reader: null })
  expect(clients.map(({ key, label }) => [key, label])).toEqual([
    ['cursor-vscode', 'Cursor'],
    [null, null],
  ])
  const none = await calls.stats({ by: 'server', filters: { outcome: 'cancelled' }, reader: null })
  expect(none).toMatchObject([{ key: 'github', calls: 1, p50Ms: null, p95Ms: null }])
  const ask = { since: start, until: start + 10_000, buckets: 4, reader: null }
  expect(await calls.pace({ ...ask, filters: {} })).toEqual([
    { at: start, calls: 100, failed: 0 },
    { at: start + 2_500, calls: 0, failed: 0 },
    { at: start + 5_000, calls: 1, failed: 0 },
    { at: start + 7_500, calls: 2, failed: 2 },
  ])
  expect(await calls.choices(null)).toEqual({
    ...{ servers: ['github'], endpoints: ['default'] },
    clients: [
      { key: 'cursor-vscode', label: 'Cursor' },
      { key: '', label: '' },
    ],
  })
  await calls.close()
})

test('everybody reads what is at their own endpoints, what they did, and no more', async () => {
  const owners: Record<string, { ownerId: string | null; accountId: string | null }> = {
    'private.hben': { ownerId: 'ben', accountId: 'ben' },
    'shared.hben': { ownerId: null, accountId: 'cara' },
    default: { ownerId: null, accountId: 'ben' },
    open: NOBODYS,
  }
  const { calls, listed } = openTempCalls(db, {
    ownerOf: ({ endpoint }) => owners[endpoint] ?? NOBODYS,
  })
  for (const endpoint of Object.keys(owners)) calls.called(visitOf({ endpoint }), callOf())
  await listed(4)
  const endpointsFor = async (reader: CallReader | null) => {
    const { calls: found } = await calls.list({ limit: 10, filters: {}, reader })
    const { endpoints } = await calls.choices(reader)
    expect(endpoints).toEqual(found.map(({ endpoint }) => endpoint).toSorted())
    const stats = await calls.stats({ by: 'endpoint', filters: {}, reader })
    expect(stats.map(({ key }) => key)).toEqual(endpoints)
    return endpoints
  }
  const person = { handle: null, isAdmin: false }
  const ben = { ...person, accountId: 'ben', handle: 'hben' }
  expect(await endpointsFor(null)).toEqual(['default', 'open', 'private.hben', 'shared.hben'])
  expect(await endpointsFor(ben)).toEqual(['default', 'private.hben', 'shared.hben'])
  expect(await endpointsFor({ ...person, accountId: 'cara' })).toEqual(['shared.hben'])
  expect(await endpointsFor({ ...person, accountId: '' })).toEqual([])
  const ada = { ...person, accountId: 'ada', isAdmin: true }
  expect(await endpointsFor(ada)).toEqual(['default', 'open', 'shared.hben'])

  // What somebody may not see, they do not delete either.
  expect(await calls.clear(ada)).toBe(3)
  expect(await endpointsFor(null)).toEqual(['private.hben'])
  const [left] = (await calls.list({ limit: 1, filters: {}, reader: null })).calls
  expect(await calls.get(left?.id ?? 0, ada)).toBeUndefined()
  expect(await calls.get(left?.id ?? 0, ben)).toMatchObject({ endpoint: 'private.hben' })
  await calls.close()
})
