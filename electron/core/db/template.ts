import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { readNote, unpackArchive, writeArchive } from './archive.ts'
import type { Migration } from './migrate.ts'
import { storeName } from './paths.ts'

/*
 * A new cluster takes seconds and a gigabyte of memory to make; unpacking one takes a moment. The
 * template is bound to what it was made of, so that one of another build is ignored, not used.
 */

const noteName = 'template.json'
const note = z.object({ fingerprint: z.string() })

/** Raised when a cluster is made differently (initdb options, bookkeeping). */
const layout = 2

export async function writeTemplate(
  file: string,
  store: string,
  migrations: Migration[],
): Promise<void> {
  const text = JSON.stringify({ fingerprint: await fingerprint(migrations) })
  await writeArchive(file, {
    note: { name: noteName, text },
    folder: { name: storeName, path: store },
  })
}

export async function isFresh(file: string, migrations: Migration[]): Promise<boolean> {
  try {
    const { name, text } = await readNote(file)
    if (name !== noteName) return false
    return note.parse(JSON.parse(text)).fingerprint === (await fingerprint(migrations))
  } catch {
    // Missing or damaged: one way or the other it cannot be used.
    return false
  }
}

/** Unpacks the template into `staging`; false, with nothing of use in there, if it does not fit. */
export async function unpackTemplate(
  { file, migrations, log }: { file: string; migrations: Migration[]; log: Logger },
  staging: string,
): Promise<boolean> {
  if (!(await isFresh(file, migrations))) {
    log.debug({ file }, 'The database template does not fit this version; doing without')
    return false
  }
  try {
    await unpackArchive(file, staging)
    return true
  } catch (error) {
    log.warn({ file, error: messageOf(error) }, 'The database template cannot be unpacked')
    return false
  }
}

async function fingerprint(migrations: Migration[]): Promise<string> {
  const hashes = migrations.map(({ tag, hash }) => `${tag} ${hash}`)
  const parts = [layout, await readPgliteVersion(), ...hashes]
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}

async function readPgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const text = await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
