import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openChanges } from '../changes.ts'
import { lockDataDir } from '../db/lock.ts'
import { openDatabase } from '../db/open.ts'
import * as schema from '../db/schema.ts'
import { settings } from '../db/schema.ts'
import { openLog } from '../log.ts'
import { openSecrets, PLAIN_KEY_FILE } from '../secrets.ts'
import { startTempCore } from '../testing/temp-core.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import { openStores } from '../wiring/stores.ts'
import { resealAll } from './reseal.ts'
import { rotateKey, type RotationOptions } from './rotate-key.ts'
import { SEALED_PLACES } from './sealed-places.ts'

const SECRET = 'planted-secret-77aa'

let filled: Awaited<ReturnType<typeof openFolder>>

beforeAll(async () => {
  filled = await openFolder()
  await fill(filled.dataDir)
})
afterAll(() => filled[Symbol.asyncDispose]())

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-rotation-'))
  return {
    dataDir: join(folder, 'data'),
    path: (name: string) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** A copy of the folder that was filled, with its key in a file. */
async function openFilled() {
  const folder = await openFolder()
  await copyData(filled.dataDir, folder.dataDir)
  return folder
}

/** What is on the disk, without what says that a process is there. */
async function copyData(from: string, to: string): Promise<void> {
  const isKept = (path: string) => !/^[/\\](db\.)?lock\b/.test(path.slice(from.length))
  await cp(from, to, { recursive: true, filter: isKept })
}

/** Servers with secrets, one of them removed with a chance to come back. */
async function fill(dataDir: string): Promise<void> {
  await using core = await startTempCore({ dataDir, database: 'embedded' })
  const { servers } = core.admin
  await servers.create.mutate({
    ...{ name: 'kept', type: 'STREAMABLE_HTTP', url: 'http://127.0.0.1:9/mcp' },
    ...{ headers: { 'x-team': SECRET }, bearerToken: SECRET },
  })
  const gone = await servers.create.mutate({
    ...{ name: 'gone', type: 'STDIO', command: 'run-me', env: { KEY: SECRET } },
  })
  await servers.delete.mutate({ id: gone.id })
}

const rotation = (dataDir: string, more: Partial<RotationOptions> = {}): RotationOptions => ({
  ...{ dataDir, secretKey: null, newSecretKey: null, migrationsDir, log: openLog('silent') },
  ...more,
})

/** Whether a core starts there, with every secret as it was; also of what was removed. */
async function isWhole(dataDir: string): Promise<boolean> {
  await using core = await startTempCore({ dataDir, database: 'embedded' })
  const [removal] = await core.admin.removals.list.query()
  if (removal) await core.admin.removals.restore.mutate({ id: removal.id })
  const { text } = await core.admin.data.export.query()
  await expect(readFile(join(dataDir, 'secret.key.next'))).rejects.toThrow('ENOENT')
  // At the start each is opened, and one that could not be would have stopped it.
  return text.includes('x-team') && text.includes('"KEY"')
}

/** Texts of the form of a sealed one in the files of a folder. */
async function sealedIn(folder: string): Promise<Set<string>> {
  const found = new Set<string>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const text = await readFile(join(entry.parentPath, entry.name), 'latin1')
    for (const [sealed] of text.matchAll(/v1\.[\w-]{38,}/g)) found.add(sealed)
  }
  return found
}

test('all is sealed with the new key, and nothing is left that the old one opens', async () => {
  await using folder = await openFilled()
  const { dataDir } = folder
  const oldFile = await readFile(join(dataDir, PLAIN_KEY_FILE), 'utf8')
  const old = openSecrets(Buffer.from(oldFile.trim(), 'base64url'))
  const before = await sealedIn(dataDir)
  const opening = (sealed: string) => {
    const end = [...Array(sealed.length).keys()].map((cut) => sealed.slice(0, sealed.length - cut))
    return end.some((text) => opens(() => old.open(text, 'secret-check')))
  }
  // The search would find it.
  expect([...before].some(opening)).toBe(true)

  const { count, hasBackups } = await rotateKey(rotation(dataDir))
  expect({ count, hasBackups }).toEqual({ count: 3, hasBackups: false })
  expect(await readFile(join(dataDir, PLAIN_KEY_FILE), 'utf8')).not.toBe(oldFile)
  const after = await sealedIn(dataDir)
  expect(after.size).toBeGreaterThan(0)
  expect([...after].filter((text) => before.has(text))).toEqual([])
  expect(await isWhole(dataDir)).toBe(true)

  await writeFile(join(dataDir, PLAIN_KEY_FILE), oldFile)
  await expect(startTempCore({ dataDir, database: 'embedded' })).rejects.toThrow(
    'sealed with another key',
  )
})

test('broken off at any step, the folder opens with whichever key its file holds', async () => {
  await using folder = await openFilled()
  const { dataDir } = folder
  const steps: string[] = []
  await mkdir(join(dataDir, 'backups'))
  await writeFile(join(dataDir, 'backups', 'one.tgz'), '')
  const { hasBackups } = await rotateKey(
    rotation(dataDir, {
      async onStep(step) {
        steps.push(step)
        // What the disk would hold had the process been killed here.
        await copyData(dataDir, folder.path(step))
      },
    }),
  )
  expect(hasBackups).toBe(true)
  expect(steps).toEqual(['key-written', 'resealed', 'key-moved'])
  for (const step of steps) expect([step, await isWhole(folder.path(step))]).toEqual([step, true])
})

test('where METAMCP_SECRET_KEY is the key, the next one takes its place', async () => {
  await using folder = await openFolder()
  const { dataDir } = folder
  const [one, two] = ['a', 'b'].map((letter) => letter.repeat(40)) as [string, string]
  expect(await opensWith(dataDir, one)).toBe(true)
  const only = rotateKey(rotation(dataDir, { secretKey: one }))
  await expect(only).rejects.toThrow('METAMCP_NEW_SECRET_KEY')
  const short = rotateKey(rotation(dataDir, { secretKey: one, newSecretKey: 'short' }))
  await expect(short).rejects.toThrow('at least 32')
  const other = rotateKey(rotation(dataDir, { secretKey: two, newSecretKey: one }))
  await expect(other).rejects.toThrow('Nothing was changed')

  await rotateKey(rotation(dataDir, { secretKey: one, newSecretKey: two }))
  expect(await opensWith(dataDir, one)).toBe(false)
  expect(await opensWith(dataDir, two)).toBe(true)
})

/** Whether the stores open with that METAMCP_SECRET_KEY, which they remember the first time. */
async function opensWith(dataDir: string, secretKey: string): Promise<boolean> {
  const templateFile = inject('databaseTemplate')
  const log = openLog('silent')
  const db = await openDatabase({ dataDir, migrationsDir, templateFile, log })
  await using _db = { [Symbol.asyncDispose]: () => db.close() }
  const changes = openChanges(() => undefined)
  return await openStores(db, changes, { dataDir, secretKey, log: openLog('silent') }).then(
    () => true,
    () => false,
  )
}

test('another key at the start changes no byte of what is kept', async () => {
  await using folder = await openFilled()
  const { dataDir } = folder
  const file = join(dataDir, PLAIN_KEY_FILE)
  const kept = await readFile(file)
  const snapshot = await readFile(join(dataDir, 'definitions.json'))
  await writeFile(file, `${randomBytes(32).toString('base64url')}\n`)
  await expect(startTempCore({ dataDir, database: 'embedded' })).rejects.toThrow(
    'sealed with another key',
  )
  expect(await readFile(join(dataDir, 'definitions.json'))).toEqual(snapshot)
  expect(await readFile(file)).not.toEqual(kept)
})

test('a folder that runs, has its key in a keychain, or is none of ours is refused', async () => {
  await using folder = await openFilled()
  const { dataDir } = folder
  await expect(rotateKey(rotation(folder.path('none')))).rejects.toThrow('nothing of MetaMCP')
  const lock = await lockDataDir(dataDir)
  const text = `is in use by the MetaMCP process ${process.pid}`
  await expect(rotateKey(rotation(dataDir))).rejects.toThrow(text)
  await lock.release()
  await writeFile(join(dataDir, 'secret-key.sealed'), 'by the keychain')
  await expect(rotateKey(rotation(dataDir))).rejects.toThrow('keychain')
})

test('a secret in a place that is not known stops it, and nothing was changed', async () => {
  await using db = await openTempDatabase()
  const [from, to] = [openSecrets(randomBytes(32)), openSecrets(randomBytes(32))]
  const value = { deep: [{ in: from.seal('x', 'some-later-version') }] }
  await db.write((tx) => tx.insert(settings).values({ key: 'later', value }))
  await expect(db.write((tx) => resealAll(tx, from, to))).rejects.toThrow('table "settings"')
})

test('every column whose name says that it is sealed is in the list', () => {
  const columns = Object.values<unknown>(schema)
    .filter((table) => is(table, PgTable))
    .flatMap((table) => {
      const names = Object.values(getTableColumns(table)).map((column) => column.name)
      return names.map((name) => `${getTableName(table)}.${name}`)
    })
  const sealed = columns.filter((name) => /seal|secrets|farewell/.test(name))
  expect(sealed.toSorted()).toEqual(['removals.farewell', 'servers.secrets', 'sign_ins.sealed'])
  for (const name of sealed) expect(Object.keys(SEALED_PLACES)).toContain(name.split('.')[0])
})

function opens(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
