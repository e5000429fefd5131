import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { AuditNote } from '../auditing.ts'
import { openLog } from '../log.ts'
import { openLogLines } from '../testing/log-lines.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import { openAudit, type AuditOptions } from './audit.ts'

const DAY_MS = 24 * 60 * 60_000
const everything = { limit: 200, reader: null }

function auditOver(db: AuditOptions['db'], options: Partial<AuditOptions> = {}) {
  return openAudit({ db, log: openLog('silent'), onChange: () => undefined, ...options })
}

function noteOf(fields: Partial<AuditNote> = {}): AuditNote {
  const actor = { kind: 'account' as const, id: 'a', name: 'Ada' }
  return { actor, action: 'servers.update', outcome: 'done', ...fields }
}
const serverOf = (name: string, ownerId: string | null = null) => ({
  ...{ kind: 'server', id: `id-${name}`, name, ownerId },
})
const stranger: AuditNote['actor'] = { kind: 'anonymous', id: null, name: 'eve@example.com' }

test('entries are read newest first, in pages, by text, and not of what others keep', async () => {
  await using db = await openTempDatabase()
  let changes = 0
  const audit = auditOver(db, { onChange: () => void changes++ })
  for (let index = 0; index < 5; index++) {
    audit.note(noteOf({ target: serverOf(`s_${index}`, index === 4 ? 'other' : null) }))
  }
  const first = await audit.list({ ...everything, limit: 2 })
  expect(first.entries.map(({ target }) => target?.name)).toEqual(['s_4', 's_3'])
  expect(first.more).toBe(true)
  expect(changes).toBe(1)
  const rest = await audit.list({ ...everything, before: first.entries[1]?.id })
  expect(rest.entries.map(({ target }) => target?.name)).toEqual(['s_2', 's_1', 's_0'])
  expect(rest.more).toBe(false)

  const shown = await audit.list({ ...everything, reader: { accountId: 'a' } })
  expect(shown.entries.map(({ target }) => target?.name)).toEqual(['s_3', 's_2', 's_1', 's_0'])
  const own = await audit.list({ ...everything, reader: { accountId: 'other' } })
  expect(own.entries).toHaveLength(5)

  // A wildcard of SQL is a letter like any other.
  const found = async (text: string) => (await audit.list({ ...everything, text })).entries.length
  expect([await found('S_1'), await found('%'), await found('ada')]).toEqual([1, 0, 5])
  await audit.close()
})

test('what is old, and what is more than it keeps, goes', async () => {
  await using db = await openTempDatabase()
  let now = Date.now() - 181 * DAY_MS
  const audit = auditOver(db, { now: () => now, keptRows: 3 })
  audit.note(noteOf({ action: 'old' }))
  expect((await audit.list(everything)).entries).toHaveLength(1)
  now += 181 * DAY_MS
  audit.note(noteOf({ action: 'new' }))
  const actions = async () => (await audit.list(everything)).entries.map(({ action }) => action)
  expect(await actions()).toEqual(['new'])
  now += DAY_MS
  for (const action of ['b', 'c', 'd', 'e']) audit.note(noteOf({ action }))
  expect(await actions()).toEqual(['e', 'd', 'c'])
  await audit.close()
})

test('a log that cannot be written, or not fast enough, holds nobody up and says so', async () => {
  await using db = await openTempDatabase()
  const { log, lines } = openLogLines()
  let isBroken = true
  const record: typeof db.record = (work) =>
    isBroken ? Promise.reject(new Error('no disk')) : db.record(work)
  const audit = auditOver({ ...db, record }, { log, maxWaiting: 2 })
  audit.note(noteOf())
  expect((await audit.list(everything)).entries).toEqual([])
  isBroken = false
  for (const action of ['a', 'b', 'too-many']) audit.note(noteOf({ action }))
  const { entries } = await audit.list(everything)
  expect(entries.map(({ action }) => action)).toEqual(['b', 'a'])
  expect(lines.map(({ level, facts }) => [level, facts])).toEqual([
    ['error', { error: 'no disk' }],
    ['warn', { dropped: 1 }],
  ])
  await audit.close()
})

test('strangers at the door cannot push out what accounts do', async () => {
  await using db = await openTempDatabase()
  const audit = auditOver(db)
  for (let index = 0; index < 300; index++) {
    audit.note({ actor: stranger, action: 'sign-in', outcome: 'refused' })
  }
  audit.note(noteOf())
  await audit.close()
  const { rows } = await db.read((tx) =>
    tx.execute<{ kind: string; count: number }>(
      sql`select actor_kind as kind, count(*)::int as count from audit_log group by 1 order by 1`,
    ),
  )
  expect(rows).toEqual([
    { kind: 'account', count: 1 },
    { kind: 'anonymous', count: 200 },
  ])
})
