import { randomBytes } from 'node:crypto'
import type { SignInPlace } from './discovery.ts'
import type { Client } from './sign-in.ts'

const LIFETIME_MS = 10 * 60_000
const MAX_ATTEMPTS = 1_000
/** Of one account: nobody is to push those of others out. */
const MAX_OWN = 20

/** Who began a sign-in: `key` as the log says it; `accountId` is `null` for the operator. */
export type Beginner = { key: string; accountId: string | null }

/** A sign-in that was begun and has not come back yet. */
export type Attempt = {
  serverId: string
  /** The server's URL when it was begun; with another one the sign-in is worth nothing. */
  url: string
  startedBy: Beginner
  place: SignInPlace
  client: Client
  scope: string | null
  /** PKCE (RFC 7636). */
  codeVerifier: string
}

/**
 * Sign-ins under way, each known by its `state`: 256 random bits that only who began it was told,
 * good for one return within 10 min. They are in memory only, and so is their PKCE verifier.
 */
export interface Attempts {
  /** A `state` that nobody else has. */
  newState(): string
  add(state: string, attempt: Attempt): void
  find(state: string): Attempt | null
  /** At most once for each. */
  take(state: string): Attempt | null
  /** What is under way for a server comes back in vain. */
  dropFor(serverId: string): void
}

/** The replica at which the sign-in of this `state` was begun; `null`: it does not say. */
export function replicaIn(state: string | null): string | null {
  return /^([A-Za-z0-9]{1,32})\./.exec(state ?? '')?.[1] ?? null
}

/** `now` in ms since 1970; `replica` stands in each state, for others to know who takes it. */
export function openAttempts(now: () => number, replica: string | null = null): Attempts {
  const attempts = new Map<string, Attempt & { expiresAt: number }>()

  function sweep(): void {
    for (const [state, { expiresAt }] of attempts) if (expiresAt <= now()) attempts.delete(state)
  }

  return {
    newState() {
      const state = randomBytes(32).toString('base64url')
      return replica === null ? state : `${replica}.${state}`
    },
    add(state, attempt) {
      sweep()
      const own = [...attempts].filter(([, one]) => one.startedBy.key === attempt.startedBy.key)
      const [oldestOwn] = own.length >= MAX_OWN ? own : []
      const [oldest] = attempts.size >= MAX_ATTEMPTS ? attempts : []
      const [pushedOut] = oldestOwn ?? oldest ?? []
      if (pushedOut !== undefined) attempts.delete(pushedOut)
      attempts.set(state, { ...attempt, expiresAt: now() + LIFETIME_MS })
    },
    find(state) {
      sweep()
      return attempts.get(state) ?? null
    },
    take(state) {
      sweep()
      const attempt = attempts.get(state) ?? null
      attempts.delete(state)
      return attempt
    },
    dropFor(serverId) {
      for (const [state, one] of attempts) if (one.serverId === serverId) attempts.delete(state)
    },
  }
}
