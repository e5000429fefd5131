import { eq } from 'drizzle-orm'
import type { Database, Tx } from '../db/open.ts'
import { servers, settings as settingsTable } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import type { Secrets } from '../secrets.ts'
import type { SettingsStore } from './store.ts'

const CONTEXT = 'secret-check'
const KNOWN_TEXT = 'metamcp'

export type SecretCheckOptions = { db: Database; settings: SettingsStore; secrets: Secrets }

/**
 * Refuses a key other than the one the data folder's secrets are sealed with, before anything is
 * sealed with it: a folder with secrets under two keys could never be read whole again. The first
 * key that comes is remembered by a sealed known text.
 */
export async function checkSecretKey(options: SecretCheckOptions): Promise<void> {
  const { settings, secrets } = options
  const check = await settings.get('secret-check')
  const sealed = check ? { text: check.sealed, context: CONTEXT } : await anySealedText(options.db)
  if (sealed) refuseOtherKey(secrets, sealed)
  if (!check) await settings.set('secret-check', { sealed: secrets.seal(KNOWN_TEXT, CONTEXT) })
}

/**
 * Throws the same where everything was sealed with a new key since: by another process, while this
 * one was cut off from the database, and so was not seen to run.
 */
export async function requireSameKey(tx: Tx, secrets: Secrets): Promise<void> {
  const { key, value } = settingsTable
  const [row] = await tx.select({ value }).from(settingsTable).where(eq(key, 'secret-check'))
  const { sealed } = Object(row?.value) as Record<string, unknown>
  if (typeof sealed === 'string') refuseOtherKey(secrets, { text: sealed, context: CONTEXT })
}

/** Without a check value, what servers have sealed tells the right key from another. */
async function anySealedText(db: Database) {
  const [row] = await db.read((tx) =>
    tx.select({ id: servers.id, text: servers.secrets }).from(servers).limit(1),
  )
  return row ? { text: row.text, context: `server:${row.id}` } : null
}

function refuseOtherKey(secrets: Secrets, sealed: { text: string; context: string }): void {
  try {
    secrets.open(sealed.text, sealed.context)
  } catch (cause) {
    throw new AppError(
      'conflict',
      'The secrets in this data folder were sealed with another key. Set METAMCP_SECRET_KEY to the one it was made with, or, if it was made without, unset it and put its file secret.key back.',
      { cause },
    )
  }
}
