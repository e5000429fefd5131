import { z } from 'zod'
import {
  accountName,
  accountRole,
  identityProviderInput,
  invitationInput,
  newPassword,
  signUpMode,
  type SessionCaller,
} from '../../../shared/account.ts'
import type { Caller } from '../caller.ts'
import type { Changes } from '../changes.ts'
import { AppError } from '../errors.ts'
import { adminProcedure, managementProcedure, router } from '../rpc.ts'
import type { Accounts } from './accounts.ts'
import type { Invitations } from './invitations.ts'
import type { People } from './people.ts'
import type { Resets } from './resets.ts'

/** What there is where people sign in. */
export type AccountParts = {
  accounts: Accounts
  people: People
  invitations: Invitations
  resets: Resets
  changes: Changes
  /** Where browsers reach us, without a slash at its end. */
  url: string
}

/** `accounts` is `null` where there is the admin token alone. */
export type AccountRouterOptions = { accounts: AccountParts | null }

const byId = z.strictObject({ id: z.string() })

/** Accounts: for administrators those of everybody, for everybody their own. */
export function accountRouter({ accounts: parts }: AccountRouterOptions) {
  return router({
    /** Who asks, and whether there are accounts. */
    me: managementProcedure.query(({ ctx }) => ({
      mode: parts ? ('accounts' as const) : ('token' as const),
      caller: shownCaller(ctx.caller, parts),
    })),
    ...ownProcedures(parts),
    ...peopleProcedures(parts),
    ...doorProcedures(parts),
  })
}

function peopleProcedures(parts: AccountParts | null) {
  return {
    list: adminProcedure.query(() => need(parts).people.list()),

    setRole: adminProcedure
      .input(byId.extend({ role: accountRole }))
      .mutation(({ input }) => need(parts).people.setRole(input.id, input.role)),

    /** What the account has shared stays, as the instance's. */
    remove: adminProcedure.input(byId).mutation(({ input }) => need(parts).people.remove(input.id)),

    /** For who forgot their password. `url` is told this once, and is for that person alone. */
    makeResetLink: adminProcedure.input(byId).mutation(async ({ input }) => {
      const { resets, url } = need(parts)
      const { token, expiresAt } = await resets.make(input.id)
      return { url: `${url}/sign-in?reset=${token}`, expiresAt: expiresAt.toISOString() }
    }),

    invitations: adminProcedure.query(() => need(parts).invitations.list()),

    /** `url` is told this once, and is for the one who is invited alone. */
    invite: adminProcedure.input(invitationInput).mutation(async ({ ctx, input }) => {
      const { invitations, accounts, changes, url } = need(parts)
      if (accounts.settings.signUp === 'closed') {
        throw new AppError('conflict', 'Nobody can sign up at present. Allow invitations first.')
      }
      ctx.about(invitationTo(input))
      const { invitation, token } = await invitations.invite(input, ctx.access.accountId)
      ctx.about(invitationTo(invitation))
      changes.publish({ kind: 'account' })
      return { invitation, url: `${url}/sign-in?invitation=${token}` }
    }),

    withdraw: adminProcedure.input(byId).mutation(async ({ ctx, input }) => {
      const { invitations, changes } = need(parts)
      const known = (await invitations.list()).find(({ id }) => id === input.id)
      if (known) ctx.about(invitationTo(known))
      await invitations.withdraw(input.id)
      changes.publish({ kind: 'account' })
    }),
  }
}

function doorProcedures(parts: AccountParts | null) {
  return {
    setSignUp: adminProcedure
      .input(z.strictObject({ mode: signUpMode }))
      .mutation(async ({ input }) => {
        const { accounts, changes } = need(parts)
        await accounts.settings.setSignUp(input.mode)
        changes.publish({ kind: 'account' })
      }),

    providers: adminProcedure.query(() => need(parts).accounts.settings.providers()),

    /** Rejects with `unavailable` where the provider does not answer; it is kept nevertheless. */
    putProvider: adminProcedure.input(identityProviderInput).mutation(async ({ ctx, input }) => {
      const { accounts, changes } = need(parts)
      ctx.about(provider(input))
      await accounts.settings.putProvider(input)
      changes.publish({ kind: 'account' })
      await accounts.renew()
      if (accounts.engine().providerIds.includes(input.id)) return
      const text = 'It is saved, but this provider does not answer as one of OpenID Connect.'
      throw new AppError('unavailable', text)
    }),

    removeProvider: adminProcedure.input(byId).mutation(async ({ ctx, input }) => {
      const { accounts, changes } = need(parts)
      const known = accounts.settings.providers().find(({ id }) => id === input.id)
      if (known) ctx.about(provider(known))
      await accounts.settings.removeProvider(input.id)
      changes.publish({ kind: 'account' })
      await accounts.renew()
    }),
  }
}

function ownProcedures(parts: AccountParts | null) {
  return {
    sessions: managementProcedure.query(({ ctx }) =>
      need(parts).people.sessionsOf(ownId(ctx.caller), ctx.sessionId),
    ),

    revokeSession: managementProcedure
      .input(byId)
      .mutation(({ ctx, input }) => need(parts).people.revoke(ownId(ctx.caller), input.id)),

    revokeOtherSessions: managementProcedure.mutation(({ ctx }) =>
      need(parts).people.revokeOthers(ownId(ctx.caller), ctx.sessionId),
    ),

    rename: managementProcedure
      .input(z.strictObject({ name: accountName }))
      .mutation(({ ctx, input }) => need(parts).people.rename(ownId(ctx.caller), input.name)),

    /** Ends all other sessions of the account. */
    changePassword: managementProcedure
      .input(z.strictObject({ current: z.string().max(1000), next: newPassword }))
      .mutation(({ ctx, input }) => {
        const { sessionId } = ctx
        return need(parts).people.changePassword(ownId(ctx.caller), { ...input, sessionId })
      }),
  }
}

/** What the audit log calls them. */
const invitationTo = ({ id = null, email }: { id?: string | null; email: string }) => {
  return { kind: 'invitation', id, name: email, ownerId: null }
}
const provider = ({ id, name }: { id: string; name: string }) => {
  return { kind: 'provider', id, name, ownerId: null }
}

function need(parts: AccountParts | null): AccountParts {
  if (parts) return parts
  throw new AppError('not-found', 'There are no accounts here: that takes --auth accounts.')
}

function ownId(caller: Caller): string {
  if (caller.kind === 'account') return caller.id
  throw new AppError('forbidden', 'This is for people who are signed in with an account.')
}

function shownCaller(caller: Caller, parts: AccountParts | null): SessionCaller {
  if (caller.kind !== 'account') return { kind: 'operator' }
  const { id, name, role } = caller
  const email = parts?.accounts.directory.get(id)?.email ?? ''
  return { kind: 'account', id, name, email, role }
}
