import { mkdir, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { restoreBackup, writeBackup } from './db/backup.ts'
import { pathsIn } from './db/paths.ts'
import { readSnapshot } from './db/snapshot.ts'
import { openStore } from './db/store.ts'
import { openLog } from './log.ts'
import { startTempCore, type TempCore } from './testing/temp-core.ts'

const log = openLog('silent')

async function backUp(dataDir: string): Promise<string> {
  const paths = pathsIn(dataDir)
  const store = await openStore({ folder: paths.store, openTimeoutMs: 30_000, log })
  const snapshot = await store.transact('read only', readSnapshot)
  const file = await writeBackup(paths, store, snapshot)
  await store.close()
  return file
}

const namesOf = async ({ admin }: TempCore) =>
  (await admin.namespaces.list.query()).map(({ name }) => name)

test('a start with a backup puts it back, and keeps what was there', async () => {
  await using first = await startTempCore({ database: 'embedded' })
  const { dataDir } = first
  await first.admin.namespaces.create.mutate({ name: 'before' })
  await first.close()
  const restoreFile = await backUp(dataDir)

  await using second = await startTempCore({ database: 'embedded', dataDir })
  await second.admin.namespaces.create.mutate({ name: 'after' })
  expect(await namesOf(second)).toEqual(['after', 'before', 'default'])
  await second.close()

  await using third = await startTempCore({ database: 'embedded', dataDir, restoreFile })
  expect(await namesOf(third)).toEqual(['before', 'default'])
  expect((await readdir(dataDir)).some((name) => name.startsWith('db.replaced-'))).toBe(true)
})

test('a backup of a newer version is refused before anything is moved', async () => {
  await using first = await startTempCore({ database: 'embedded' })
  const { dataDir } = first
  await first.close()
  const file = await backUp(dataDir)
  await using older = await mkdtempDisposable(join(tmpdir(), 'metamcp-older-'))
  const journal = { version: '7', dialect: 'postgresql', entries: [] }
  await mkdir(join(older.path, 'meta'))
  await writeFile(join(older.path, 'meta', '_journal.json'), JSON.stringify(journal))
  const before = await readdir(dataDir)
  const restore = restoreBackup({ dataDir, file, migrationsDir: older.path })
  await expect(restore).rejects.toThrow(/newer or different version.*Nothing was changed/)
  expect((await readdir(dataDir)).toSorted()).toEqual(before.toSorted())
})

test('a file that is no backup stops the start, and changes nothing', async () => {
  await using first = await startTempCore({ database: 'embedded' })
  const { dataDir } = first
  await first.close()
  const start = startTempCore({
    database: 'embedded',
    dataDir,
    restoreFile: join(dataDir, 'definitions.json'),
  })
  await expect(start).rejects.toThrow(/cannot be restored: .*Nothing was changed/)
  await using again = await startTempCore({ database: 'embedded', dataDir })
  expect(await namesOf(again)).toEqual(['default'])
})
