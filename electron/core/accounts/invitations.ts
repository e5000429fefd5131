import { randomBytes, randomUUID } from 'node:crypto'
import { desc, eq, gt } from 'drizzle-orm'
import type { z } from 'zod'
import type { invitationInput, InvitationView } from '../../../shared/account.ts'
import type { Database } from '../db/open.ts'
import { invitations, users } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import { hashToken } from './token-hash.ts'

const LIFETIME_MS = 7 * 24 * 60 * 60_000

export interface Invitations {
  /** Those that are still good, the newest first. */
  list(): Promise<InvitationView[]>
  /** In place of an earlier one to the same address. `token` is told this once. */
  invite(
    input: z.output<typeof invitationInput>,
    by: string | null,
  ): Promise<{ invitation: InvitationView; token: string }>
  /** Rejects with AppError `not-found`. */
  withdraw(id: string): Promise<void>
}

/** Links by which people make their accounts: good once, for a week and for one address. */
export function openInvitations({ db }: { db: Database }): Invitations {
  return {
    async list() {
      const rows = await db.read((tx) =>
        tx
          .select({ invitation: invitations, by: users.name })
          .from(invitations)
          .leftJoin(users, eq(users.id, invitations.invitedBy))
          .where(gt(invitations.expiresAt, new Date()))
          .orderBy(desc(invitations.createdAt)),
      )
      return rows.map(({ invitation, by }) => viewOf(invitation, by))
    },
    async invite({ email, role }, by) {
      const token = randomBytes(32).toString('base64url')
      const createdAt = new Date()
      const row = {
        ...{ id: randomUUID(), email, role, tokenHash: hashToken(token), invitedBy: by, createdAt },
        expiresAt: new Date(createdAt.getTime() + LIFETIME_MS),
      }
      const name = await db.write(async (tx) => {
        const [known] = await tx.select().from(users).where(eq(users.email, email))
        if (known) throw new AppError('conflict', `${email} has an account already.`)
        await tx.delete(invitations).where(eq(invitations.email, email))
        await tx.insert(invitations).values(row)
        if (by === null) return null
        const [inviter] = await tx.select().from(users).where(eq(users.id, by))
        return inviter?.name ?? null
      })
      return { invitation: viewOf(row, name), token }
    },
    async withdraw(id) {
      const gone = await db.write((tx) =>
        tx.delete(invitations).where(eq(invitations.id, id)).returning(),
      )
      if (gone.length === 0) {
        throw new AppError('not-found', `There is no invitation with the id "${id}".`)
      }
    },
  }
}

function viewOf(row: typeof invitations.$inferSelect, invitedBy: string | null): InvitationView {
  const { id, email, role, createdAt, expiresAt } = row
  const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() }
  return { id, email, role, invitedBy, ...times }
}
