import { randomBytes } from 'node:crypto'
import { AppError } from '../errors.ts'
import type { Draft } from './draft.ts'

const LASTS_MS = 10 * 60_000
const MOST = 50
/** Of one account; nobody's takes the place of another's. */
const MOST_OF_ACCOUNT = 10

/** What was read and not added yet, with its secrets, which stay here. */
export interface Pending {
  keep(accountId: string | null, drafts: ReadonlyMap<string, Draft>): string
  /** Throws AppError `not-found` when it is too old, or another account's. */
  get(accountId: string | null, token: string): ReadonlyMap<string, Draft>
  drop(token: string): void
  clear(): void
}

type Kept = { accountId: string | null; drafts: ReadonlyMap<string, Draft>; until: number }

export function openPending(now: () => number): Pending {
  const kept = new Map<string, Kept>()

  function forgetOld(): void {
    const at = now()
    for (const [token, { until }] of kept) if (until <= at) kept.delete(token)
  }

  return {
    keep(accountId, drafts) {
      forgetOld()
      const own = [...kept].filter(([, one]) => one.accountId === accountId)
      const [oldest] = own.length < (accountId === null ? MOST : MOST_OF_ACCOUNT) ? [] : own
      if (oldest) kept.delete(oldest[0])
      const token = randomBytes(24).toString('base64url')
      kept.set(token, { accountId, drafts, until: now() + LASTS_MS })
      return token
    },
    get(accountId, token) {
      forgetOld()
      const found = kept.get(token)
      if (found?.accountId !== accountId) {
        throw new AppError('not-found', 'This was read too long ago. Paste it once more.')
      }
      return found.drafts
    },
    drop: (token) => void kept.delete(token),
    clear: () => kept.clear(),
  }
}
