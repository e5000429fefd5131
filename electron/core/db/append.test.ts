import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { callRow } from '../testing/sample-definitions.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import * as schema from './schema.ts'

let db: Awaited<ReturnType<typeof openTempDatabase>>
beforeAll(async () => void (db = await openTempDatabase()))
afterAll(() => db[Symbol.asyncDispose]())
beforeEach(async () => {
  await db.record((tx) => tx.execute(sql`truncate call_log`))
})

const row = {
  ...{ at: '2026-01-02T03:04:05.678Z', endpoint: 'default', caller: 'local', method: 'ping' },
  ...{ duration_ms: 0.125, outcome: 'ok', result_size: null, error: null as string | null },
}
const errors = () =>
  db.read(async (tx) => {
    const found = await tx.select().from(schema.callLog).orderBy(schema.callLog.id)
    return found.map(({ error }) => error)
  })

test('rows are added as they are, whatever is in their texts', async () => {
  const texts = [
    ...['', String.raw`\N`, String.raw`\.`, 'a\tb\nc\r\nd', String.raw`C:\new\x41`, '"{,}"', null],
    ...['\u2028 \u{1f600}', 'x'.repeat(300_000), '\b\f\v'],
  ]
  await db.append({ table: 'call_log', rows: texts.map((error) => ({ ...row, error })) })
  await db.append({ table: 'call_log', rows: [] })
  expect(await errors()).toEqual(texts)
  const [first] = await db.read((tx) => tx.select().from(schema.callLog).limit(1))
  expect(first).toMatchObject({ durationMs: 0.125, endpoint: 'default', resultSize: null })
  expect(new Date(first?.at ?? '').toISOString()).toBe(row.at)
})

test('where one row is refused none is added, and the next ones find all as it was', async () => {
  const wrong = [
    row,
    { ...row, at: 'yesterday evening' },
    ...Array.from({ length: 500 }, () => row),
  ]
  await expect(db.append({ table: 'call_log', rows: wrong })).rejects.toMatchObject({
    code: '22007',
  })
  const unknown = [{ ...row, nothing: 1 }]
  await expect(db.append({ table: 'call_log', rows: unknown })).rejects.toMatchObject({
    code: '42703',
  })
  expect(await errors()).toEqual([])
  await db.append({ table: 'call_log', rows: [{ ...row, error: 'well' }] })
  expect(await errors()).toEqual(['well'])
})

test('rows wait for their turn among transactions, and are no way to change definitions', async () => {
  const added = Array.from({ length: 20 }, (_, index) =>
    index % 2
      ? db.append({ table: 'call_log', rows: [{ ...row, error: 'a' }] })
      : db.record((tx) => tx.insert(schema.callLog).values({ ...callRow(), error: 'b' })),
  )
  await Promise.all(added)
  expect((await errors()).toSorted()).toEqual([...'aaaaaaaaaabbbbbbbbbb'])
  const setting = { table: 'settings', rows: [{ key: 'a', value: '1' }] }
  await expect(db.append(setting)).rejects.toThrow('use write()')
  const nested = db.record(() => db.append({ table: 'call_log', rows: [row] }))
  await expect(nested).rejects.toThrow('A transaction is open here')
})
