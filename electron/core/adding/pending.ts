import { randomBytes } from 'node:crypto'
import { AppError } from '../errors.ts'
import type { Draft } from './draft.ts'

const LASTS_MS = 10 * 60_000
const MOST = 50

/** What was read and not added yet, with its secrets, which stay here. */
export interface Pending {
  keep(drafts: ReadonlyMap<string, Draft>): string
  /** Throws AppError `not-found` when it is too old. */
  get(token: string): ReadonlyMap<string, Draft>
  drop(token: string): void
  clear(): void
}

export function openPending(now: () => number): Pending {
  const kept = new Map<string, { drafts: ReadonlyMap<string, Draft>; until: number }>()

  function forgetOld(): void {
    const at = now()
    for (const [token, { until }] of kept) if (until <= at) kept.delete(token)
  }

  return {
    keep(drafts) {
      forgetOld()
      const [oldest] = kept.keys()
      if (kept.size >= MOST && oldest !== undefined) kept.delete(oldest)
      const token = randomBytes(24).toString('base64url')
      kept.set(token, { drafts, until: now() + LASTS_MS })
      return token
    },
    get(token) {
      forgetOld()
      const found = kept.get(token)
      if (!found) throw new AppError('not-found', 'This was read too long ago. Paste it once more.')
      return found.drafts
    },
    drop: (token) => void kept.delete(token),
    clear: () => kept.clear(),
  }
}
