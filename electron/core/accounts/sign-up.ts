import { and, count, eq, gt } from 'drizzle-orm'
import type { AccountRole } from '../../../shared/account.ts'
import type { Tx } from '../db/open.ts'
import { invitations, users } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import type { AccountSettings } from './account-settings.ts'
import { hashToken } from './token-hash.ts'

/** Somebody who wants an account. */
export type Applicant = {
  email: string
  /** `provider`: by whom the e-mail address was verified, or it says that it was not. */
  way: { kind: 'password' } | { kind: 'provider'; verified: boolean }
  /** The token of an invitation's link. */
  invitation: string | null
  /** Came with the admin token. */
  isOperator: boolean
}

type Admission = {
  role: AccountRole
  /** Whether we know that the address is theirs. */
  emailVerified: boolean
  /** To be used up with the account. */
  invitationId: string | null
}

export interface SignUpPolicy {
  /**
   * Who may make an account now. Rejects with AppError `forbidden`. Within the transaction that
   * makes the account, so that of two who come first one is.
   */
  admit(tx: Tx, applicant: Applicant): Promise<Admission>
}

export type SignUpPolicyOptions = {
  settings: Pick<AccountSettings, 'signUp'>
  /** Other machines may reach us before the one who set us up does. */
  isReachable: boolean
}

export function openSignUpPolicy({ settings, isReachable }: SignUpPolicyOptions): SignUpPolicy {
  return {
    async admit(tx, applicant) {
      const [{ accounts } = { accounts: 0 }] = await tx.select({ accounts: count() }).from(users)
      if (accounts === 0) return first(applicant, isReachable)
      if (settings.signUp === 'closed') throw refusal('closed', applicant)
      const invited = await findInvitation(tx, applicant)
      if (invited) return invited
      if (settings.signUp === 'open') {
        const { way } = applicant
        const emailVerified = way.kind === 'provider' && way.verified
        return { role: 'member', emailVerified, invitationId: null }
      }
      throw refusal(settings.signUp, applicant)
    },
  }
}

function first({ way, isOperator }: Applicant, isReachable: boolean): Admission {
  if (way.kind !== 'password') {
    throw new AppError('forbidden', 'The first account is made with a password.')
  }
  if (isReachable && !isOperator) {
    throw new AppError('forbidden', 'The first account takes the admin token: it is its proof.')
  }
  // Whoever runs the instance knows their own address.
  return { role: 'admin', emailVerified: true, invitationId: null }
}

/** By its link, or for a verified address at a provider by the address. */
async function findInvitation(tx: Tx, applicant: Applicant): Promise<Admission | null> {
  const { email, way, invitation } = applicant
  const isVerified = way.kind === 'provider' && way.verified
  if (invitation === null && !isVerified) return null
  const byLink = invitation === null ? [] : [eq(invitations.tokenHash, hashToken(invitation))]
  const isMeant = [eq(invitations.email, email.toLowerCase()), ...byLink]
  const [found] = await tx
    .select({ id: invitations.id, role: invitations.role })
    .from(invitations)
    .where(and(...isMeant, gt(invitations.expiresAt, new Date())))
  return found ? { role: found.role, emailVerified: true, invitationId: found.id } : null
}

function refusal(mode: AccountSettings['signUp'], { invitation }: Applicant): AppError {
  if (mode !== 'closed' && invitation !== null) {
    const text = 'This invitation is not good (any more) for this e-mail address. Ask for another.'
    return new AppError('forbidden', text)
  }
  const text =
    mode === 'invite'
      ? 'An account takes an invitation here. Ask an administrator for one.'
      : 'Nobody can sign up here. Ask an administrator.'
  return new AppError('forbidden', text)
}
