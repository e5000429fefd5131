import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { settings } from '../db/schema.ts'
import { moveDurably } from '../db/durable.ts'
import { openSecrets, PLAIN_KEY_FILE } from '../secrets.ts'

/** In the data folder, mode 0600: the next key, until everything is sealed with it. */
export const NEXT_KEY_FILE = `${PLAIN_KEY_FILE}.next`

/**
 * Ends a change of the key file that was broken off: whichever of the two keys opens what is stored
 * is the key. Where neither does, both stay.
 */
export async function settlePendingKey(dataDir: string, db: Database): Promise<void> {
  const next = join(dataDir, NEXT_KEY_FILE)
  if (!existsSync(next)) return
  const file = join(dataDir, PLAIN_KEY_FILE)
  const sealed = await readCheck(db)
  if (sealed !== null && (await opens(next, sealed))) return moveDurably(next, file)
  if (sealed === null || (await opens(file, sealed))) await rm(next)
}

/** The known text that is sealed with the key of the store; `null` where there is none yet. */
async function readCheck(db: Database): Promise<string | null> {
  const [row] = await db.read((tx) =>
    tx.select().from(settings).where(eq(settings.key, 'secret-check')),
  )
  return row ? (row.value as { sealed: string }).sealed : null
}

async function opens(file: string, sealed: string): Promise<boolean> {
  try {
    const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url')
    openSecrets(key).open(sealed, 'secret-check')
    return true
  } catch {
    return false
  }
}
