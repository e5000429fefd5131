import { cp, mkdir, mkdtempDisposable, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { openLog } from '../log.ts'
import { insertDefinitions, insertLearnt } from '../testing/sample-definitions.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openDatabase } from './open.ts'
import * as schema from './schema.ts'
import { readSnapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'

// Each opens several databases, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000 })

function openIn(dataDir: string) {
  const templateFile = inject('databaseTemplate')
  return openDatabase({ dataDir, migrationsDir, templateFile, log: openLog('silent') })
}

/** A closed store with definitions of two writes, what it was before the second, and what it holds. */
async function makeModel(dataDir: string) {
  const database = await openIn(dataDir)
  await database.write((tx) => insertDefinitions(tx))
  await database.record((tx) => insertLearnt(tx))
  await database.close()
  const older = join(dataDir, 'older')
  await mkdir(older)
  await cp(join(dataDir, 'db'), join(older, 'db'), { recursive: true })
  await cp(join(dataDir, 'definitions.json'), join(older, 'definitions.json'))
  const again = await openIn(dataDir)
  await again.write((tx) => tx.insert(schema.settings).values({ key: 'late', value: [1] }))
  const held = await again.read(readSnapshot)
  await again.close()
  return held
}

let model: { path: string; held: Snapshot; remove(): Promise<void> }
beforeAll(async () => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-model-'))
  model = { path: folder.path, held: await makeModel(folder.path), remove: () => folder.remove() }
}, 120_000)
afterAll(() => model.remove())

async function makeStore() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-recovery-'))
  const dataDir = folder.path
  await cp(model.path, dataDir, { recursive: true })
  return {
    dataDir,
    store: join(dataDir, 'db'),
    snapshot: join(dataDir, 'definitions.json'),
    older: join(dataDir, 'older'),
    held: model.held,
    [Symbol.asyncDispose]: () => folder.remove(),
  }
}

type MadeStore = Awaited<ReturnType<typeof makeStore>>

/** Opens, and expects all definitions and a note of what was done. */
async function expectRebuilt({ dataDir, held }: MadeStore, reason: RegExp) {
  const database = await openIn(dataDir)
  try {
    expect(database.recovery?.reason).toMatch(reason)
    expect((await database.read(readSnapshot)).definitions).toEqual(held.definitions)
    await database.write((tx) => tx.insert(schema.settings).values({ key: 'new', value: 1 }))
  } finally {
    await database.close()
  }
  return database.recovery?.aside ?? null
}

test('a store that does not open is rebuilt, and kept aside', async () => {
  await using made = await makeStore()
  await writeFile(join(made.store, 'global', 'pg_control'), 'nonsense')
  const aside = await expectRebuilt(made, /./)
  expect(aside).toMatch(/db\.broken-/)
  expect(await readFile(join(aside ?? '', 'global', 'pg_control'), 'utf8')).toBe('nonsense')
  const next = await openIn(made.dataDir)
  expect(next.recovery).toBeNull()
  await next.close()
})

test('a store behind its snapshot, as after a power loss, is rebuilt', async () => {
  await using made = await makeStore()
  await rm(made.store, { recursive: true })
  await cp(join(made.older, 'db'), made.store, { recursive: true })
  await expectRebuilt(made, /its revision is 1, and 2 had been saved/)
})

test('a store that lost its files is rebuilt, not created anew over what is left', async () => {
  await using made = await makeStore()
  await rm(join(made.store, 'PG_VERSION'))
  await expectRebuilt(made, /PG_VERSION/)
})

test('a missing store is rebuilt', async () => {
  await using made = await makeStore()
  await rm(made.store, { recursive: true })
  expect(await expectRebuilt(made, /its folder is missing/)).toBeNull()
})

test('a store that a query found damaged is rebuilt at the next start', async () => {
  await using made = await makeStore()
  await writeFile(join(made.dataDir, 'db.suspect'), 'a query met damage: invalid page')
  await expectRebuilt(made, /a query met damage: invalid page/)
})

test('a snapshot that is older, missing or damaged is written anew from a sound store', async () => {
  await using made = await makeStore()
  const saved = await readFile(made.snapshot, 'utf8')
  const spoilings = [
    () => cp(join(made.older, 'definitions.json'), made.snapshot, { force: true }),
    () => rm(made.snapshot),
    () => writeFile(made.snapshot, saved.slice(0, 900)),
    () => writeFile(made.snapshot, saved.replace('server-3', 'server-x')),
  ]
  for (const spoil of spoilings) {
    await spoil()
    const database = await openIn(made.dataDir)
    expect(database.recovery).toBeNull()
    await database.close()
    expect(await readFile(made.snapshot, 'utf8')).toBe(saved)
  }
})

test('a broken store without a readable snapshot is refused, and both are left alone', async () => {
  await using made = await makeStore()
  await writeFile(join(made.store, 'global', 'pg_control'), 'nonsense')
  const spoilings = [
    [() => writeFile(made.snapshot, '{}'), /cannot be read \(it is not a snapshot\)/],
    [() => rm(made.snapshot), /is missing\. Nothing was changed/],
  ] as const
  for (const [spoil, message] of spoilings) {
    await spoil()
    const before = await readdir(made.dataDir)
    const opening = openIn(made.dataDir)
    await expect(opening).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(message),
    })
    await expect(opening).rejects.toThrow(made.store)
    expect(await readdir(made.dataDir)).toEqual(before)
  }
})

test('what a first start left when it was killed is no obstacle to the next', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-half-'))
  await mkdir(join(folder.path, 'db.new', 'db', 'base'), { recursive: true })
  await mkdir(join(folder.path, 'db'))
  await writeFile(join(folder.path, 'definitions.json.tmp'), '{"form')
  const database = await openIn(folder.path)
  expect(database.recovery).toBeNull()
  await database.close()
  expect(await readdir(folder.path)).not.toContain('db.new')
  // Killed between the first snapshot and the store: nothing was ever written, nothing is recovered.
  await rm(join(folder.path, 'db'), { recursive: true })
  const again = await openIn(folder.path)
  expect(again.recovery).toBeNull()
  await again.close()
})
