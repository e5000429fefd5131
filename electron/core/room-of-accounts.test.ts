import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessOf } from './access.ts'
import { openPending } from './adding/pending.ts'
import { openLogs } from './logs/logs.ts'
import { openRecentCalls } from './activity/recent-calls.ts'
import type { Tx } from './db/open.ts'
import { apiKeys as keyTable, users } from './db/schema.ts'
import { LATEST_CALLS, type RecentCall } from '../../shared/activity.ts'
import { LOG_CAPACITY } from '../../shared/log-entry.ts'
import { openTempStores, someServer, type TempStores } from './testing/temp-stores.ts'

/* What there is so much of for all is not one account's to use up. */

let stores: TempStores
beforeAll(async () => {
  stores = await openTempStores()
  const [createdAt, updatedAt] = [new Date(), new Date()]
  const ben = {
    id: 'ben',
    name: 'Ben',
    email: 'ben@example.com',
    handle: 'h1',
    createdAt,
    updatedAt,
  }
  await stores.db.write((tx) => tx.insert(users).values(ben))
})
afterAll(() => stores[Symbol.asyncDispose]())

test('an account has at most 200 of a kind, whichever way they come', async () => {
  const { db, servers, namespaces, removals } = stores
  await db.write(async (tx) => {
    for (let count = 0; count < 199; count++)
      await servers.createIn(tx, someServer(`s${count}`), 'ben')
  })
  await servers.reload()
  const { id } = await servers.create(someServer('last'), 'ben')
  const tooMany = 'An account may have 200 servers, and this one has as many.'
  await expect(servers.create(someServer('more'), 'ben')).rejects.toThrow(tooMany)
  expect(servers.byName('more', 'ben')).toBeUndefined()
  // Others, and the instance, have room of their own.
  await servers.create(someServer('more'))
  await namespaces.create({ name: 'work' }, 'ben')

  const { removalId } = await removals.take('servers', [id])
  await servers.create(someServer('instead'), 'ben')
  const access = accessOf({ kind: 'local' })
  await expect(removals.restore(removalId, access)).rejects.toThrow(tooMany)
})

test('the same holds for namespaces, endpoints and keys', async () => {
  const { db, namespaces, endpoints, apiKeys } = stores
  const { id: namespaceId } = await namespaces.create({ name: 'base' })
  const refused = (make: (tx: Tx, name: string) => Promise<unknown>) => {
    const filling = db.write(async (tx) => {
      for (let count = 0; count <= 200; count++) await make(tx, `n${count}`)
    })
    return expect(filling).rejects
  }
  await refused((tx, name) => namespaces.createIn(tx, { name }, 'ben')).toThrow(
    'An account may have 200 namespaces',
  )
  await refused((tx, name) => endpoints.createIn(tx, { name, namespaceId }, 'ben')).toThrow(
    'An account may have 200 endpoints',
  )
  const rows = Array.from({ length: 200 }, (_, at) => {
    return { id: `k${at}`, name: `k${at}`, ownerId: 'ben', hash: `${at}`, hint: '', enabled: true }
  })
  await db.write((tx) =>
    tx.insert(keyTable).values(rows.map((row) => ({ ...row, allEndpoints: true }))),
  )
  await expect(apiKeys.create({ name: 'more' }, 'ben')).rejects.toThrow('may have 200 API keys')
})

test('what one account pastes takes nothing away that another one has pasted', () => {
  const pending = openPending(() => 0)
  const cara = pending.keep('cara', new Map())
  const instances = pending.keep(null, new Map())
  const first = pending.keep('ben', new Map())
  for (let count = 0; count < 100; count++) pending.keep('ben', new Map())
  expect(pending.get('cara', cara).size).toBe(0)
  expect(pending.get(null, instances).size).toBe(0)
  expect(() => pending.get('ben', first)).toThrow('too long ago')
})

test('the log and the latest calls keep what others have, however much one does', () => {
  const logs = openLogs()
  logs.nameBy((id) => ({ id, name: id, ownerId: id === 'bens' ? 'ben' : null }))
  logs.printed('shared', ['a quiet line'])
  logs.printed(
    'bens',
    Array.from({ length: LOG_CAPACITY + 10 }, (_, count) => `loud ${count}`),
  )
  const texts = logs.ring.list().map(({ text }) => text)
  expect(texts).toHaveLength(LOG_CAPACITY)
  expect([texts[0], texts.at(-1)]).toEqual(['a quiet line', `loud ${LOG_CAPACITY + 9}`])

  const calls = openRecentCalls()
  const call = (name: string) => ({ name, at: 0, ms: 1, outcome: 'ok' }) as Omit<RecentCall, 'seq'>
  const place = { ownerId: null, shared: true }
  calls.add(call('quiet'), { ...place, accountId: 'cara' })
  for (let count = 0; count <= LATEST_CALLS; count++) {
    calls.add(call('loud'), { ...place, accountId: 'ben' })
  }
  const latest = calls.latest(LATEST_CALLS).map(({ name }) => name)
  expect([latest.length, latest[0], latest.at(-1)]).toEqual([LATEST_CALLS, 'loud', 'quiet'])
})
