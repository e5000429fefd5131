import { mkdtempDisposable, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { expect, expectTypeOf, inject, test, vi } from 'vitest'
import { openLog } from '../log.ts'
import { callRow, insertDefinitions, insertLearnt } from '../testing/sample-definitions.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import { openDatabase } from './open.ts'
import type { Database, Tx } from './open.ts'
import * as schema from './schema.ts'
import { readSnapshot, readSnapshotFile } from './snapshot.ts'

// Each opens several databases, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000 })

const { settings, servers, callLog } = schema

function setting(key: string) {
  return (tx: Tx) => tx.insert(settings).values({ key, value: 1 })
}

async function readKeys(database: Database): Promise<string[]> {
  const rows = await database.read((tx) => tx.select().from(settings))
  return rows.map(({ key }) => key).toSorted()
}

async function readSaved(dataDir: string) {
  const saved = await readSnapshotFile(join(dataDir, 'definitions.json'))
  if (saved.kind !== 'good') throw new Error(`the snapshot is ${saved.kind}`)
  return saved.snapshot
}

test('what was written is read, and a failed write leaves nothing', async () => {
  await using database = await openTempDatabase()
  expect(database.recovery).toBeNull()
  await database.write(setting('a'))
  const failing = database.write(async (tx) => {
    await setting('b')(tx)
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  await expect(database.write(setting('a'))).rejects.toMatchObject({ cause: { code: '23505' } })
  expect(await readKeys(database)).toEqual(['a'])
})

test('a read cannot change anything', async () => {
  await using database = await openTempDatabase()
  await expect(database.read(setting('a'))).rejects.toMatchObject({ cause: { code: '25006' } })
  expect(await readKeys(database)).toEqual([])
})

test('every acknowledged write is in the snapshot, which is for its owner only', async () => {
  await using database = await openTempDatabase()
  const path = join(database.dataDir, 'definitions.json')
  await database.write((tx) => insertDefinitions(tx))
  const inStore = await database.read(readSnapshot)
  expect(await readSaved(database.dataDir)).toEqual(inStore)
  expect(Object.values(inStore.definitions).every((rows) => rows.length > 0)).toBe(true)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(database.dataDir)).mode & 0o777).toBe(0o700)
})

test('many writes at once share snapshots, each resolving only with one that holds it', async () => {
  await using database = await openTempDatabase()
  let snapshots = 0
  let last = ''
  const writing = Array.from({ length: 60 }, async (_, index) => {
    await database.write(setting(`k${index}`))
    const text = await readFile(join(database.dataDir, 'definitions.json'), 'utf8')
    if (text !== last) snapshots++
    last = text
    return text.includes(`"k${index}"`)
  })
  expect(await Promise.all(writing)).toEqual(Array.from({ length: 60 }, () => true))
  expect(snapshots).toBeLessThan(30)
  expect((await readSaved(database.dataDir)).revision).toBe(60)
})

test('record() is committed but not in the snapshot, and cannot touch definitions', async () => {
  await using database = await openTempDatabase()
  await database.write((tx) => insertDefinitions(tx))
  const { revision } = await readSaved(database.dataDir)
  await database.record((tx) => insertLearnt(tx, 5))
  expect(await database.read((tx) => tx.$count(callLog))).toBe(5)
  expect((await readSaved(database.dataDir)).revision).toBe(revision)

  const mistakes: ((tx: Tx) => Promise<unknown>)[] = [
    setting('x'),
    (tx) => tx.delete(schema.apiKeys),
    (tx) => tx.update(servers).set({ idleMs: 1 }).where(eq(servers.id, 's1')),
  ]
  for (const mistake of mistakes) {
    await expect(database.record(mistake)).rejects.toThrow('use write()')
  }
  expect((await database.read(readSnapshot)).definitions).toEqual(
    (await readSaved(database.dataDir)).definitions,
  )
})

test('a transaction within a transaction is refused at once, work left behind is not', async () => {
  await using database = await openTempDatabase()
  for (const outer of [database.read, database.write, database.record]) {
    for (const inner of [database.read, database.write, database.record]) {
      const nested = outer(() => inner(() => Promise.resolve(1)))
      await expect(nested).rejects.toThrow('A transaction is open here')
    }
    await expect(outer(() => database.close())).rejects.toThrow('A transaction is open here')
  }
  const after = Promise.withResolvers<void>()
  let late: Promise<string[]> = Promise.resolve([])
  await database.write(async (tx) => {
    await setting('a')(tx)
    late = after.promise.then(() => readKeys(database))
  })
  after.resolve()
  expect(await late).toEqual(['a'])
})

test('a transaction gives no way to the pool behind it', () => {
  expectTypeOf<Tx>().not.toHaveProperty('$client')
})

test('close() finishes what was begun and refuses what comes after', async () => {
  await using database = await openTempDatabase()
  const writing = Array.from({ length: 10 }, (_, index) => database.write(setting(`k${index}`)))
  const closing = database.close()
  await expect(database.read(() => Promise.resolve(1))).rejects.toMatchObject({
    code: 'unavailable',
    message: 'The database is closed.',
  })
  await closing
  expect(await Promise.allSettled(writing)).toSatisfy((results: PromiseSettledResult<unknown>[]) =>
    results.every(({ status }) => status === 'fulfilled'),
  )
  expect((await readSaved(database.dataDir)).revision).toBe(10)
})

test('what was stored is there after a restart, and only one may have it open', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-open-'))
  const options = {
    dataDir: folder.path,
    migrationsDir,
    templateFile: inject('databaseTemplate'),
    log: openLog('silent'),
  }
  const first = await openDatabase(options)
  await first.write((tx) => insertDefinitions(tx))
  await first.record((tx) => tx.insert(callLog).values(callRow()))
  const before = await first.read(readSnapshot)
  await expect(openDatabase(options)).rejects.toMatchObject({
    code: 'in-use',
    message: expect.stringContaining(`MetaMCP process ${process.pid}.`),
  })
  await first.close()

  const second = await openDatabase(options)
  expect(second.recovery).toBeNull()
  expect(await second.read(readSnapshot)).toEqual(before)
  expect(await second.read((tx) => tx.$count(callLog))).toBe(1)
  await second.close()
})
