import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callOf, openTempCalls, visitOf } from '../testing/temp-calls.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import { openKnownNames } from './known-names.ts'

let db: Awaited<ReturnType<typeof openTempDatabase>>
beforeAll(async () => void (db = await openTempDatabase()))
afterAll(() => db[Symbol.asyncDispose]())
beforeEach(async () => {
  await db.record((tx) => tx.execute(sql`truncate call_log`))
})

const fill = (from: number, to: number) =>
  db.record((tx) =>
    tx.execute(sql`
      insert into call_log (at, endpoint, caller, server, method, name, duration_ms, outcome)
      select now(), 'default', 'anonymous', case when n % 2 = 0 then 'github' end, 'tools/call',
        'tool_' || n, 1, 'ok'
      from generate_series(${sql.raw(`${from}, ${to}`)}) n`),
  )

test('what a call is found by is known as soon as it is written, also by another process', async () => {
  const one = openTempCalls(db)
  const other = openTempCalls(db)
  const found = async (text: string) => {
    const page = await one.calls.list({ limit: 10, filters: { text }, reader: null })
    return page.calls.map(({ name }) => name)
  }
  one.calls.called(visitOf(), callOf({ name: 'first_TOOL' }))
  await one.listed(1)
  expect(await found('tool')).toEqual(['first_TOOL'])
  other.calls.called(visitOf(), callOf({ name: 'other_tool', server: 'Linear' }))
  await other.listed(1)
  expect(await found('tool')).toEqual(['other_tool', 'first_TOOL'])
  expect(await found('linear')).toEqual(['other_tool'])
  expect(await one.calls.clear(null)).toBe(2)
  expect(await found('tool')).toEqual([])
  await Promise.all([one.calls.close(), other.calls.close()])
})

test('with too many names to know a text is looked for in all calls', async () => {
  await fill(1, 7_000)
  const names = openKnownNames()
  await db.read((tx) => names.refresh(tx))
  expect(names.of('name')).toBeNull()
  expect(names.of('server')).toEqual(new Set(['github']))
  expect(names.of('client')).toEqual(new Set())
  const { calls } = openTempCalls(db)
  const page = await calls.list({ limit: 10, filters: { text: 'TOOL_17' }, reader: null })
  expect(page.calls).toHaveLength(10)
  const rare = await calls.list({ limit: 10, filters: { text: 'tool_1234' }, reader: null })
  expect(rare.calls.map(({ name }) => name)).toEqual(['tool_1234'])
  await calls.close()
})

test('what was deleted is forgotten after many other calls, and all names may be known again', async () => {
  await fill(1, 3_000)
  const names = openKnownNames()
  const known = async () => {
    await db.read((tx) => names.refresh(tx))
    return names.of('name')?.size
  }
  expect(await known()).toBeUndefined()
  await db.record((tx) => tx.execute(sql`truncate call_log`))
  await fill(1, 5)
  expect(await known()).toBeUndefined()
  await db.record((tx) => tx.execute(sql`select setval('call_log_id_seq', 200000)`))
  await fill(3, 9)
  expect(await known()).toBe(9)
})
