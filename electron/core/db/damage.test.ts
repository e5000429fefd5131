import { cp, mkdtempDisposable, open, readdir, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { openLog } from '../log.ts'
import { callRow, insertDefinitions, insertLearnt } from '../testing/sample-definitions.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openDatabase } from './open.ts'
import * as schema from './schema.ts'
import { readSnapshot, readSnapshotFile } from './snapshot.ts'

/*
 * Random bytes over random files of a store, again and again: whatever they hit, the definitions
 * are all there after the next start, and can be changed. The last store is left alone, and must be.
 */

const rounds = 12

/** The same sequence for the same seed, so that a failure can be repeated (mulberry32). */
function openRandom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  return { below, pick }
}

type Random = ReturnType<typeof openRandom>

function openStoreIn(dataDir: string) {
  const templateFile = inject('databaseTemplate')
  return openDatabase({ dataDir, migrationsDir, templateFile, log: openLog('silent') })
}

async function copyStore(from: string, to: string): Promise<void> {
  // Sockets cannot be copied, and the lock is not part of the store.
  await cp(from, to, { recursive: true, filter: (path) => !path.endsWith('db.lock') })
}

/** A closed store, and one whose process was killed: its log is still to be read. */
async function makeStores(folder: string) {
  const live = join(folder, 'live')
  const database = await openStoreIn(live)
  await database.write((tx) => insertDefinitions(tx))
  await database.record((tx) => insertLearnt(tx))
  await database.write((tx) => tx.update(schema.servers).set({ idleMs: 5 }))
  const killed = join(folder, 'killed')
  await copyStore(live, killed)
  await database.close()
  return [live, killed]
}

async function damage(folder: string, random: Random): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  // The files of our database, and those that are there once, deserve more than their share.
  const vital = files.filter((file) => /base.5|global|pg_wal|pg_xact/.test(file.parentPath))
  const file = random.pick(random.below(4) > 0 ? vital : files)
  const path = join(file.parentPath, file.name)
  const { size } = await stat(path)
  const offset = random.below(size)
  const length = random.pick([1, 16, 512, 8192, 65_536])
  if (random.below(8) === 0) await truncate(path, offset)
  await using handle = await open(path, 'r+')
  const bytes = Buffer.from(Array.from({ length }, () => random.below(256)))
  if (random.below(6) === 0) bytes.fill(0)
  await handle.write(bytes, 0, length, offset)
  return `${length} bytes at ${offset} of ${path.slice(folder.length)}`
}

test('whatever is damaged, the definitions come back and can be changed', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-damage-'))
  const stores = await makeStores(folder.path)
  const saved = await readSnapshotFile(join(folder.path, 'live', 'definitions.json'))
  const expected = saved.kind === 'good' ? saved.snapshot.definitions : null
  let rebuilt = 0
  for (let round = 0; round < rounds; round++) {
    const random = openRandom(round)
    await using copy = await mkdtempDisposable(join(folder.path, 'copy-'))
    await copyStore(random.pick(stores), copy.path)
    const isSound = round === rounds - 1
    const hits: string[] = []
    for (let hit = 0; !isSound && hit <= random.below(4); hit++) {
      hits.push(await damage(join(copy.path, 'db'), random))
    }
    const where = `round ${round}: ${hits.join(', ')}`
    const database = await openStoreIn(copy.path).catch((error: unknown) => {
      throw new Error(where, { cause: error })
    })
    try {
      const { definitions } = await database.read(readSnapshot)
      expect(definitions, where).toEqual(expected)
      await database.write((tx) => tx.update(schema.servers).set({ idleMs: round }))
      await database.write((tx) => tx.insert(schema.settings).values({ key: 'x', value: 1 }))
      await database.record((tx) => tx.insert(schema.callLog).values(callRow()))
      if (isSound) expect(database.recovery).toBeNull()
      if (database.recovery) rebuilt++
    } catch (error) {
      throw new Error(`${where}; recovery ${JSON.stringify(database.recovery)}`, { cause: error })
    } finally {
      await database.close()
    }
  }
  // Were it none, the damage would have missed.
  expect(rebuilt).toBeGreaterThan(rounds / 4)
}, 180_000)
