import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callOf, openTempCalls, visitOf } from '../testing/temp-calls.ts'
import { openTempDatabase } from '../testing/temp-database.ts'

// A start takes a second: one database is enough, with nothing in it when a test begins.
let db: Awaited<ReturnType<typeof openTempDatabase>>
beforeAll(async () => void (db = await openTempDatabase()))
afterAll(() => db[Symbol.asyncDispose]())
beforeEach(async () => {
  await db.record((tx) => tx.execute(sql`truncate call_log`))
})

test('a database that does not answer holds up nobody: calls are dropped, and counted', async () => {
  const stalled = Promise.withResolvers<void>()
  const append: typeof db.append = async (rows) => {
    await stalled.promise
    return db.append(rows)
  }
  const { calls, listed, lines } = openTempCalls({ ...db, append }, { maxRows: 20 })
  for (let count = 0; count < 50; count++) calls.called(visitOf(), callOf())
  await expect.poll(() => calls.health()).toEqual({ written: 0, dropped: 30, queued: 20 })
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn the call log lacks calls',
  ])
  stalled.resolve()
  expect(await listed(20)).toHaveLength(20)
  calls.called(visitOf(), callOf({ name: 'again' }))
  expect((await listed(21))[0]).toMatchObject({ name: 'again' })
  expect(calls.health()).toEqual({ written: 21, dropped: 30, queued: 0 })
  await calls.close()
})

test('large results wait in no more memory than there is for them', async () => {
  const { calls } = openTempCalls({ ...db, append: () => new Promise(() => {}) })
  const text = 'x'.repeat(1_000_000)
  for (let count = 0; count < 40; count++) {
    calls.called(
      visitOf(),
      callOf({ result: { content: [{ type: 'text', text: `${count}${text}` }] } }),
    )
  }
  const { queued, dropped } = calls.health()
  // At two bytes for each character, 32 MB hold 16 of them.
  expect(queued).toBe(16)
  expect(dropped).toBe(24)
})

test('calls that cannot be written are dropped, said once, and the next ones are written', async () => {
  let isBroken = true
  const append: typeof db.append = (rows) =>
    isBroken ? Promise.reject(new Error('no disk')) : db.append(rows)
  const { calls, listed, lines } = openTempCalls({ ...db, append })
  for (const count of [1, 2]) {
    calls.called(visitOf(), callOf())
    await expect.poll(() => calls.health().dropped).toBe(count)
  }
  expect(lines).toMatchObject([{ level: 'warn', facts: { error: 'no disk' } }])
  isBroken = false
  calls.called(visitOf(), callOf({ name: 'works' }))
  expect((await listed(1)).map(({ name }) => name)).toEqual(['works'])
  isBroken = true
  calls.called(visitOf(), callOf())
  await expect.poll(() => lines.length).toBe(2)
  await calls.close()
})

test('what waits at the end is written, and of what cannot be nobody waits for ever', async () => {
  const first = openTempCalls(db, { everyMs: 60_000 })
  for (let count = 0; count < 30; count++) first.calls.called(visitOf(), callOf())
  await first.calls.close()
  expect(await first.listed(30)).toHaveLength(30)
  first.calls.called(visitOf(), callOf())
  expect(first.calls.health()).toEqual({ written: 30, dropped: 0, queued: 0 })

  const second = openTempCalls({ ...db, append: () => new Promise(() => {}) }, { everyMs: 60_000 })
  second.calls.called(visitOf(), callOf())
  await second.calls.close()
  expect(second.calls.health()).toMatchObject({ written: 0, dropped: 1 })
})

test('what is older, or more, than is to be kept goes in slices', async () => {
  const bounds = { days: 30, rows: 2_000, bytes: 500_000_000 }
  let slices = 0
  const record: typeof db.record = (work) => {
    slices++
    return db.record(work)
  }
  const { calls, listed } = openTempCalls({ ...db, record }, { bounds: () => bounds })
  await db.record((tx) =>
    tx.execute(sql`
      insert into call_log (at, endpoint, caller, server, method, name, duration_ms, outcome)
      select now() - case when n < 3290 then interval '20 days' else interval '0' end,
        'default', 'anonymous', 'github', 'tools/call', 't' || n, 1, 'ok'
      from generate_series(0, 3299) n`),
  )
  slices = 0
  await calls.tidy()
  // 1,300 rows are too many, and 1,000 at a time is enough to hold up others; then it is the index's turn.
  expect(slices).toBe(2 + 1)
  const { calls: kept } = await calls.list({ limit: 500, filters: {}, reader: null })
  expect(kept).toHaveLength(500)
  const [all] = await calls.stats({ by: 'server', filters: {}, reader: null })
  expect(all?.calls).toBe(2_000)
  bounds.days = 10
  await calls.tidy()
  const left = await calls.list({ limit: 500, filters: {}, reader: null })
  expect(left.calls.map(({ name }) => name)).toEqual(
    Array.from({ length: 10 }, (_, index) => `t${3_299 - index}`),
  )
  // What was asked and answered takes room of its own: ten of these are too much.
  for (let count = 0; count < 10; count++) {
    const text = randomBytes(20_000).toString('hex').replaceAll(/.{8}/g, '$& ')
    const kept = { arguments: { text }, maxCharacters: 1_000_000, redactions: [] }
    calls.called(visitOf(), callOf({ name: `large${count}`, kept }))
  }
  await listed(10)
  bounds.bytes = 150_000
  await calls.tidy()
  const names = (await calls.list({ limit: 500, filters: {}, reader: null })).calls
  expect(names.length).toBeGreaterThan(1)
  expect(names.length).toBeLessThan(8)
  expect(names.map(({ name }) => name)).toEqual(names.map((_, index) => `large${9 - index}`))
  await calls.close()
})
