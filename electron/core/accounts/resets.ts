import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Tx } from '../db/open.ts'
import { verifications } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import type { Accounts } from './accounts.ts'

const LIFETIME_MS = 24 * 60 * 60_000

/** Links by which people who forgot their password set a new one: good once, and for a day. */
export interface Resets {
  /**
   * In place of an earlier one of the account. `token` is told this once. Rejects with AppError
   * `not-found`.
   */
  make(accountId: string): Promise<{ token: string; expiresAt: Date }>
}

export function openResets({ database, directory, engine }: Accounts): Resets {
  return {
    async make(accountId) {
      if (!directory.get(accountId)) {
        throw new AppError('not-found', `There is no account with the id "${accountId}".`)
      }
      // The engine hands it back as `/reset-password` is sent it, and stores its hash alone.
      const token = randomBytes(32).toString('base64url')
      const expiresAt = new Date(Date.now() + LIFETIME_MS)
      await database.within(async (tx) => {
        await dropResets(tx, accountId)
        await engine().expectReset({ accountId, token, expiresAt })
      })
      return { token, expiresAt }
    },
  }
}

/** Links that the account still has are not good any more. */
export async function dropResets(tx: Tx, accountId: string): Promise<void> {
  // Of all that is verified, these alone are kept for an account's id.
  await tx.delete(verifications).where(eq(verifications.value, accountId))
}
