import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { readNote, writeArchive } from '../core/db/archive.ts'
import { runHere } from '../core/testing/run-command.ts'
import { startTempCore, type TempCore } from '../core/testing/temp-core.ts'
import { openTempPostgres } from '../core/testing/temp-postgres.ts'
import { writeRunFile } from '../host/run-file.ts'
import { apply } from './apply.ts'
import { backup } from './backup.ts'
import { exportCommand } from './export.ts'
import { restore } from './restore.ts'

const makeFolder = () => mkdtempDisposable(join(tmpdir(), 'metamcp-backup-'))
const naming = (name: string) => ({
  input: JSON.stringify({ namespaces: { [name]: { description: name } } }),
})

async function namespacesOf({ admin }: TempCore): Promise<string[]> {
  return (await admin.namespaces.list.query()).map(({ name }) => name)
}

test('both work while MetaMCP runs: what is put back is there at its next start', async () => {
  await using folder = await makeFolder()
  const at = ['--data-dir', folder.path]
  const start = () => startTempCore({ dataDir: folder.path, database: 'embedded' })
  const copy = join(folder.path, 'kept.tgz')
  {
    await using core = await start()
    const runFile = await writeRunFile(folder.path, core.local)
    await runHere(apply, ['-', ...at], naming('before'))
    const made = await runHere(backup, [copy, ...at])
    expect(made).toEqual({ code: 0, stdout: `${copy}\n`, stderr: '' })
    expect((await stat(copy)).mode & 0o777).toBe(0o600)

    await runHere(apply, ['-', ...at], naming('after'))
    const listed = await runHere(restore, at)
    expect(listed.stdout).toMatch(/^\d{4}-\S+\.tgz {2}\d+ bytes\n$/)
    const none = await runHere(restore, ['none.tgz', ...at])
    expect(none).toMatchObject({ code: 1, stdout: '' })
    expect(none.stderr).toContain('none.tgz" cannot be read')
    for (const foreign of await foreignFiles(folder.path, copy)) {
      const refused = await runHere(restore, [foreign, ...at])
      expect(refused).toMatchObject({ code: 1, stdout: '' })
      expect(refused.stderr).toMatch(/cannot be restored: .*Nothing was changed/)
    }
    expect((await core.admin.data.info.query()).pendingRestore).toBeNull()
    expect(await core.admin.data.backups.query()).toHaveLength(1)
    const told = await runHere(restore, [copy, ...at])
    expect(told).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: `MetaMCP runs (process ${process.pid}): it is put back at its next start.\n`,
    })
    expect(await namespacesOf(core)).toContain('after')
    await runFile.remove()
  }
  await using core = await start()
  const names = await namespacesOf(core)
  expect(names).toContain('before')
  expect(names).not.toContain('after')
})

/** A text, half of a backup, and definitions without a database. */
async function foreignFiles(folder: string, backup: string): Promise<string[]> {
  const [text = '', half = '', bare = ''] = ['text', 'half', 'bare'].map((name) =>
    join(folder, name),
  )
  await writeFile(text, 'no backup')
  const bytes = await readFile(backup)
  await writeFile(half, bytes.subarray(0, bytes.length / 2))
  const empty = join(folder, 'empty')
  await mkdir(empty)
  await writeArchive(bare, { note: await readNote(backup), folder: { name: 'db', path: empty } })
  return [text, half, bare]
}

test('where nothing runs a backup is put back at once, also over what does not open', async () => {
  await using folder = await makeFolder()
  await using other = await makeFolder()
  const at = ['--data-dir', folder.path]
  await runHere(apply, ['-', ...at], naming('before'))
  const path = (await runHere(backup, [other.path, ...at])).stdout.trim()
  expect(path).toMatch(/^.*\/\d{4}-[^/]*\.tgz$/)
  const nowhere = await runHere(backup, [join(other.path, 'no/such.tgz'), ...at])
  expect(nowhere).toMatchObject({ code: 1, stdout: '' })
  await rm(join(folder.path, 'db'), { recursive: true })
  await writeFile(join(folder.path, 'db'), 'no database')
  const restored = await runHere(restore, [path, ...at])
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  expect(restored.stdout).toContain(`It is put back in "${folder.path}".`)
  const { stdout } = await runHere(exportCommand, at)
  expect(Object.keys((JSON.parse(stdout) as { namespaces: object }).namespaces)).toEqual(['before'])
  expect(await readdir(folder.path)).toContainEqual(expect.stringMatching(/^db\.replaced-/))
  // On another machine, where there is nothing yet.
  const dataDir = join(other.path, 'new')
  expect(await runHere(restore, [path, '--data-dir', dataDir])).toMatchObject({ code: 0 })
  expect(await readdir(dataDir)).toContain('db')
})

test('a database of a PostgreSQL server is left to its own tools', async () => {
  await using database = await openTempPostgres()
  await using core = await startTempCore({ databaseUrl: database.url })
  const runFile = await writeRunFile(core.dataDir, core.local)
  const at = ['--data-dir', core.dataDir]
  const env = { DATABASE_URL: database.url }
  const file = join(core.dataDir, 'some.tgz')
  await writeFile(file, 'any')
  for (const isRunning of [true, false]) {
    const made = await runHere(backup, at, { env })
    expect({ isRunning, ...made }).toMatchObject({ isRunning, code: 1, stdout: '' })
    expect(made.stderr).toContain('pg_dump')
    expect(made.stderr).not.toContain(database.url)
    const put = await runHere(restore, [file, ...at], { env })
    expect({ isRunning, ...put }).toMatchObject({ isRunning, code: 1, stdout: '' })
    expect(put.stderr).toContain('pg_restore')
    expect(await readdir(join(core.dataDir, 'backups')).catch(() => [])).toEqual([])
    if (!isRunning) break
    expect(await core.admin.data.info.query()).toMatchObject({ ownBackups: false })
    await core.admin.namespaces.create.mutate({ name: 'kept' })
    await runFile.remove()
    await core.close()
  }
  await using restored = await asTheDocsSay(core.dataDir, database.url)
  const { dataDir } = core
  await using again = await startTempCore({ dataDir, databaseUrl: restored.url })
  expect(await namespacesOf(again)).toContain('kept')
})

/** Runs what docs/operations.md has for a database of a server, and resolves with the new one. */
async function asTheDocsSay(cwd: string, url: string) {
  const docs = await readFile(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  const [, section = ''] = /### A database of `DATABASE_URL`\n([^]*?)\n### /.exec(docs) ?? []
  const blocks = Array.from(section.matchAll(/```\n([^]*?)```/g), ([, block = '']) => block)
  expect(blocks).toHaveLength(2)
  const name = `${new URL(url).pathname.slice(1)}_restored`
  const restoredUrl = url.replace(/[^/]+$/, name)
  const env = { ...process.env, DATABASE_URL: url, RESTORED_URL: restoredUrl }
  const run = (script: string) => promisify(execFile)('sh', ['-ec', script], { cwd, env })
  await run(blocks.join('').replaceAll('metamcp_restored', name))
  const drop = `psql "$DATABASE_URL" --command='DROP DATABASE ${name} WITH (FORCE)'`
  return { url: restoredUrl, [Symbol.asyncDispose]: async () => void (await run(drop)) }
}
