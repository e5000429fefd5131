import { eq } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { oauthRefreshTokens } from '../db/schema.ts'
import { hashOf } from './hash.ts'
import type { AccessTokens } from './tokens.ts'

/**
 * Codes that were shown to us. One that comes a second time has been stolen: all that came of it ends
 * (RFC 6749, section 4.1.2), which for tokens in flight better-auth cannot do.
 */
export interface CodeUses {
  present(code: string): Promise<void>
  /** `false`: meanwhile it was presented again; what it gave is revoked. */
  redeem(code: string, accessToken: string): Promise<boolean>
}

export type CodeUsesOptions = {
  db: Database
  tokens: AccessTokens
  revoke: (accountId: string, clientId: string) => Promise<unknown>
  /** ms since 1970. */
  now: () => number
}

type Use = { times: number; at: number }

/** As long as better-auth takes a code, in ms. */
const KEPT_MS = 10 * 60_000

export function openCodeUses({ db, tokens, revoke, now }: CodeUsesOptions): CodeUses {
  const uses = new Map<string, Use>()

  function forgetOld(): void {
    for (const [id, { at }] of uses) {
      if (now() - at <= KEPT_MS) break
      uses.delete(id)
    }
  }

  return {
    async present(code) {
      forgetOld()
      const id = hashOf(code)
      const use = uses.get(id) ?? { times: 0, at: now() }
      use.times += 1
      uses.set(id, use)
      const grant = await db.read((tx) => {
        const { userId, clientId, authorizationCodeId } = oauthRefreshTokens
        const columns = { userId, clientId }
        return tx.select(columns).from(oauthRefreshTokens).where(eq(authorizationCodeId, id))
      })
      const [given] = grant
      if (given) await revoke(given.userId, given.clientId)
    },
    async redeem(code, accessToken) {
      if ((uses.get(hashOf(code))?.times ?? 0) <= 1) return true
      const claims = tokens.readStale(accessToken)
      if (claims) await revoke(claims.accountId, claims.clientId)
      return false
    },
  }
}
