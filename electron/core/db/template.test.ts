import { mkdir, mkdtempDisposable, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { openLog } from '../log.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { readNote, unpackArchive, writeArchive } from './archive.ts'
import { readMigrations } from './migrate.ts'
import { openDatabase } from './open.ts'
import { isFresh } from './template.ts'

function tempFolder() {
  return mkdtempDisposable(join(tmpdir(), 'metamcp-template-'))
}

test('a template fits the migrations it was made of, and no others', async () => {
  const file = inject('databaseTemplate')
  const migrations = await readMigrations(migrationsDir)
  expect(await isFresh(file, migrations)).toBe(true)
  const changed = migrations.map((migration) => ({ ...migration, hash: 'other' }))
  expect(await isFresh(file, changed)).toBe(false)
  expect(await isFresh(file, [...migrations, { tag: '1', hash: '', statements: [] }])).toBe(false)
  expect(await isFresh(`${file}.missing`, migrations)).toBe(false)
})

test('without a template, or with a damaged one, the first start takes longer and works', async () => {
  await using folder = await tempFolder()
  const file = join(folder.path, 'damaged.tgz')
  const bytes = await readFile(inject('databaseTemplate'))
  await writeFile(file, bytes.subarray(0, bytes.length - 1_000))
  const database = await openDatabase({
    dataDir: join(folder.path, 'data'),
    migrationsDir,
    templateFile: file,
    log: openLog('silent'),
  })
  expect(database.recovery).toBeNull()
  await database.close()
}, 60_000)

test('an archive gives back folders, empty ones too, and files of all sizes', async () => {
  await using folder = await tempFolder()
  const source = join(folder.path, 'source')
  await mkdir(join(source, 'a', 'empty'), { recursive: true })
  const sizes = [0, 1, 511, 512, 513, 70_000, (1 << 20) + 1, 3 << 20]
  for (const size of sizes)
    await writeFile(join(source, `f${size}`), Buffer.alloc(size, size % 251))
  const file = join(folder.path, 'archive.tgz')
  const note = { name: 'note.txt', text: 'grüße' }
  await writeArchive(file, { note, folder: { name: 'content', path: source } })

  expect(await readNote(file)).toEqual(note)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const target = join(folder.path, 'target')
  await mkdir(target)
  await unpackArchive(file, target)
  expect(await readFile(join(target, 'note.txt'), 'utf8')).toBe(note.text)
  expect(await readdir(join(target, 'content', 'a'))).toEqual(['empty'])
  for (const size of sizes) {
    const bytes = await readFile(join(target, 'content', `f${size}`))
    expect(bytes.equals(Buffer.alloc(size, size % 251))).toBe(true)
  }
})

test('an archive cannot write outside of its folder', async () => {
  await using folder = await tempFolder()
  const file = join(folder.path, 'archive.tgz')
  await mkdir(join(folder.path, 'source'))
  const target = join(folder.path, 'target')
  await mkdir(target)
  for (const name of ['../escaped', '/escaped', 'a/../../escaped']) {
    const content = { name: 'x', path: join(folder.path, 'source') }
    await writeArchive(file, { note: { name, text: 'x' }, folder: content })
    await expect(unpackArchive(file, target)).rejects.toThrow('outside itself')
  }
  expect(await readdir(folder.path)).not.toContain('escaped')
})
