import { cp, mkdir, mkdtempDisposable, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, inject, test, vi } from 'vitest'
import { openLog } from '../log.ts'
import { insertDefinitions } from '../testing/sample-definitions.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { restoreBackup } from './backup.ts'
import { openDatabase } from './open.ts'
import type { Database } from './open.ts'
import * as schema from './schema.ts'
import { readSnapshot } from './snapshot.ts'

// Each opens several databases, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 120_000 })

/** A data folder, and programs of several versions: each has one migration more. */
async function makeVersions(...statements: string[]) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-migrate-'))
  const dataDir = join(folder.path, 'data')
  const versions = [migrationsDir]
  for (const [index, statement] of statements.entries()) {
    const version = join(folder.path, `migrations-${index}`)
    await cp(versions.at(-1) ?? '', version, { recursive: true })
    const path = join(version, 'meta', '_journal.json')
    const journal = JSON.parse(await readFile(path, 'utf8')) as { entries: object[] }
    const idx = journal.entries.length
    const tag = `${String(idx).padStart(4, '0')}_later`
    await writeFile(join(version, `${tag}.sql`), statement)
    journal.entries.push({ idx, tag })
    await writeFile(path, JSON.stringify(journal))
    versions.push(version)
  }
  const open = (version: number): Promise<Database> =>
    openDatabase({
      dataDir,
      migrationsDir: versions[version] ?? '',
      templateFile: inject('databaseTemplate'),
      log: openLog('silent'),
    })
  return {
    dataDir,
    open,
    migrationsDir: (version: number) => versions[version] ?? '',
    async use<T>(version: number, work: (database: Database) => Promise<T>): Promise<T> {
      const database = await open(version)
      try {
        return await work(database)
      } finally {
        await database.close()
      }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const addColumn = `ALTER TABLE "servers" ADD COLUMN "note" text DEFAULT 'none' NOT NULL;`

function readNotes(database: Database) {
  return database.read(async (tx) => {
    const { rows } = await tx.execute<{ note: string }>(sql`select note from servers`)
    return rows.map(({ note }) => note)
  })
}

const fill = (database: Database) => database.write((tx) => insertDefinitions(tx, 2))
const read = (database: Database) => database.read(readSnapshot)
const look = (database: Database) => Promise.resolve(database.recovery)

async function listBackups(dataDir: string): Promise<string[]> {
  const names = await readdir(join(dataDir, 'backups')).catch(() => [])
  return names.toSorted().map((name) => join(dataDir, 'backups', name))
}

test('a new version migrates the store, its snapshot too, after a backup', async () => {
  await using versions = await makeVersions(addColumn)
  await versions.use(0, fill)
  expect(await versions.use(1, readNotes)).toEqual(['none', 'none'])
  const backups = await listBackups(versions.dataDir)
  expect(backups.map((path) => basename(path))).toEqual([
    expect.stringMatching(/-\d{4}_(?!later)\w+\.tgz$/),
  ])
  const saved = await readFile(join(versions.dataDir, 'definitions.json'), 'utf8')
  expect(saved).toContain('"note": "none"')
  // The second start finds nothing to do.
  expect(await versions.use(1, look)).toBeNull()
  expect(await listBackups(versions.dataDir)).toEqual(backups)
})

test('a store of a newer version is refused, untouched, with the backup that would do', async () => {
  await using versions = await makeVersions(addColumn)
  await versions.use(0, fill)
  const newer = await versions.use(1, read)
  const [backup = ''] = await listBackups(versions.dataDir)
  await expect(versions.open(0)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/made by a newer or different version.*--restore "\S+\.tgz"/),
  })
  await expect(versions.open(0)).rejects.toThrow(backup)
  // Not even with its snapshot lost may it be taken for a broken one.
  await cp(join(versions.dataDir, 'definitions.json'), join(versions.dataDir, 'saved'))
  await writeFile(join(versions.dataDir, 'definitions.json'), '{}')
  await expect(versions.open(0)).rejects.toMatchObject({ code: 'conflict' })
  expect(await versions.use(1, read)).toEqual(newer)
})

test('a backup brings back the store as it was, and what was there is kept', async () => {
  await using versions = await makeVersions(addColumn)
  await versions.use(0, fill)
  const before = await versions.use(0, read)
  await versions.use(1, (database) =>
    database.write((tx) => tx.insert(schema.settings).values({ key: 'later', value: 1 })),
  )
  const [backup = ''] = await listBackups(versions.dataDir)
  await restoreBackup({ ...versions, migrationsDir, file: backup })
  expect(await versions.use(0, look)).toBeNull()
  expect(await versions.use(0, read)).toEqual(before)
  const names = await readdir(versions.dataDir)
  expect(names).toContainEqual(expect.stringMatching(/^db\.replaced-/))
  expect(names).toContainEqual(expect.stringMatching(/^definitions\.replaced-.*json$/))
})

test('restoring refuses a database in use and a file that is damaged, changing nothing', async () => {
  await using versions = await makeVersions(addColumn)
  await versions.use(0, fill)
  await versions.use(1, look)
  const [backup = ''] = await listBackups(versions.dataDir)
  const database = await versions.open(1)
  await expect(
    restoreBackup({ ...versions, migrationsDir: versions.migrationsDir(1), file: backup }),
  ).rejects.toMatchObject({ code: 'in-use' })
  await database.close()

  const bytes = await readFile(backup)
  const half = join(versions.dataDir, 'half.tgz')
  const flipped = join(versions.dataDir, 'flipped.tgz')
  await writeFile(half, bytes.subarray(0, bytes.length / 2))
  bytes[bytes.length - 20_000] = (bytes[bytes.length - 20_000] ?? 0) ^ 0xff
  await writeFile(flipped, bytes)
  const names = await readdir(versions.dataDir)
  for (const file of [half, flipped, join(versions.dataDir, 'none.tgz')]) {
    await expect(
      restoreBackup({ ...versions, migrationsDir: versions.migrationsDir(1), file }),
    ).rejects.toMatchObject({ code: 'invalid' })
  }
  expect(await readdir(versions.dataDir)).toEqual(names)
  expect(await versions.use(1, readNotes)).toEqual(['none', 'none'])
})

test('a migration that fails changes nothing', async () => {
  await using versions = await makeVersions(`${addColumn}\n--> statement-breakpoint\nnonsense;`)
  await versions.use(0, fill)
  const before = await versions.use(0, read)
  await expect(versions.open(1)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/syntax error.*unchanged; a backup is/),
  })
  expect(await versions.use(0, read)).toEqual(before)
})

test('a broken store of an older version is rebuilt from its snapshot and then migrated', async () => {
  await using versions = await makeVersions(addColumn)
  await versions.use(0, fill)
  await writeFile(join(versions.dataDir, 'db', 'global', 'pg_control'), 'nonsense')
  expect(await versions.use(1, look)).not.toBeNull()
  expect(await versions.use(1, readNotes)).toEqual(['none', 'none'])
})

test('the newest three backups are kept', async () => {
  await using versions = await makeVersions('select 1;')
  await versions.use(0, look)
  const backups = join(versions.dataDir, 'backups')
  await mkdir(backups)
  for (const year of [2021, 2022, 2023, 2024]) await writeFile(join(backups, `${year}-a.tgz`), '')
  await versions.use(1, look)
  const names = (await listBackups(versions.dataDir)).map((path) => basename(path))
  expect(names).toEqual([
    '2023-a.tgz',
    '2024-a.tgz',
    expect.stringMatching(/-\d{4}_(?!later)\w+\.tgz$/),
  ])
})
