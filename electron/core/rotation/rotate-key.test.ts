import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import * as schema from '../db/schema.ts'
import { settings } from '../db/schema.ts'
import { openLog } from '../log.ts'
import { openSecrets, PLAIN_KEY_FILE } from '../secrets.ts'
import { startTempCore } from '../testing/temp-core.ts'
import { openTempDatabase, migrationsDir } from '../testing/temp-database.ts'
import { resealAll } from './reseal.ts'
import { rotateKey, type RotationOptions } from './rotate-key.ts'
import { SEALED_PLACES } from './sealed-places.ts'

const SECRET = 'planted-secret-77aa'

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-rotation-'))
  return {
    dataDir: join(folder, 'data'),
    path: (name: string) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** Servers with secrets, one of them removed with a chance to come back. */
async function fill(dataDir: string, secretKey: string | null = null): Promise<void> {
  await using core = await startTempCore({ dataDir, secretKey })
  const { servers, data } = core.admin
  await servers.create.mutate({
    ...{ name: 'kept', type: 'STREAMABLE_HTTP', url: 'http://127.0.0.1:9/mcp' },
    ...{ headers: { 'x-team': SECRET }, bearerToken: SECRET },
  })
  const gone = await servers.create.mutate({
    ...{ name: 'gone', type: 'STDIO', command: 'run-me', env: { KEY: SECRET } },
  })
  await servers.delete.mutate({ id: gone.id })
  await data.backup.mutate()
}

const rotation = (dataDir: string, more: Partial<RotationOptions> = {}): RotationOptions => ({
  ...{ dataDir, secretKey: null, newSecretKey: null, migrationsDir, log: openLog('silent') },
  ...more,
})

/** Whether a core starts there, with every secret as it was; also of what was removed. */
async function isWhole(dataDir: string, secretKey: string | null = null): Promise<boolean> {
  await using core = await startTempCore({ dataDir, secretKey })
  const [removal] = await core.admin.removals.list.query()
  if (removal) await core.admin.removals.restore.mutate({ id: removal.id })
  const { references } = await core.admin.data.export.query()
  const values = references.length
  await expect(readFile(join(dataDir, 'secret.key.next'))).rejects.toThrow('ENOENT')
  return values === 3
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
  await using folder = await openFolder()
  const { dataDir } = folder
  await fill(dataDir)
  await rm(join(dataDir, 'backups'), { recursive: true })
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
  await expect(startTempCore({ dataDir })).rejects.toThrow('sealed with another key')
})

test('broken off at any step, the folder opens with whichever key its file holds', async () => {
  await using folder = await openFolder()
  const { dataDir } = folder
  await fill(dataDir)
  const steps: string[] = []
  await rotateKey(
    rotation(dataDir, {
      async onStep(step) {
        steps.push(step)
        // What the disk would hold had the process been killed here.
        const copied = (path: string) => !/(^|\/)(db\.)?lock\b/.test(path.slice(dataDir.length))
        await cp(dataDir, folder.path(step), { recursive: true, filter: copied })
      },
    }),
  )
  expect(steps).toEqual(['opened', 'key-written', 'resealed', 'key-moved', 'scrubbed'])
  for (const step of steps) expect([step, await isWhole(folder.path(step))]).toEqual([step, true])
})

test('where METAMCP_SECRET_KEY is the key, the next one takes its place', async () => {
  await using folder = await openFolder()
  const { dataDir } = folder
  const [one, two] = ['a', 'b'].map((letter) => letter.repeat(40)) as [string, string]
  await fill(dataDir, one)
  const only = rotateKey(rotation(dataDir, { secretKey: one }))
  await expect(only).rejects.toThrow('METAMCP_NEW_SECRET_KEY')
  const short = rotateKey(rotation(dataDir, { secretKey: one, newSecretKey: 'short' }))
  await expect(short).rejects.toThrow('at least 32')
  const other = rotateKey(rotation(dataDir, { secretKey: two, newSecretKey: one }))
  await expect(other).rejects.toThrow('Nothing was changed')

  await rotateKey(rotation(dataDir, { secretKey: one, newSecretKey: two }))
  expect(await isWhole(dataDir, two)).toBe(true)
  await expect(startTempCore({ dataDir, secretKey: one })).rejects.toThrow('another key')
})

test('another key at the start changes no byte of what is kept', async () => {
  await using folder = await openFolder()
  const { dataDir } = folder
  await fill(dataDir)
  const file = join(dataDir, PLAIN_KEY_FILE)
  const kept = await readFile(file)
  const snapshot = await readFile(join(dataDir, 'definitions.json'))
  await writeFile(file, `${randomBytes(32).toString('base64url')}\n`)
  await expect(startTempCore({ dataDir })).rejects.toThrow('sealed with another key')
  expect(await readFile(join(dataDir, 'definitions.json'))).toEqual(snapshot)
  await writeFile(file, kept)
  expect(await isWhole(dataDir)).toBe(true)
})

test('a folder that runs, has its key in a keychain, or is none of ours is refused', async () => {
  await using folder = await openFolder()
  const { dataDir } = folder
  await expect(rotateKey(rotation(folder.path('none')))).rejects.toThrow('nothing of MetaMCP')
  {
    await using core = await startTempCore({ dataDir })
    const text = `${core.dataDir} is in use by the MetaMCP process ${process.pid}`
    await expect(rotateKey(rotation(dataDir))).rejects.toThrow(text)
  }
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
