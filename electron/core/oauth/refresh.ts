import { isDeepStrictEqual } from 'node:util'
import {
  computeScopeUnion,
  OAuthError,
  OAuthErrorCode,
  refreshAuthorization,
  type FetchLike,
} from '@modelcontextprotocol/client'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { informationOf } from './client.ts'
import { findMetadata } from './discovery.ts'
import { failureText } from './failure-text.ts'
import type { EnvironmentOf, RemoteServer } from './own-credentials.ts'
import type { SignIn, Tokens } from './sign-in.ts'
import type { SignInStore } from './sign-in-store.ts'
import { readTokens } from './token-answer.ts'

/** After one that failed for want of a network, so that calls need not each wait for the next. */
const PAUSE_MS = 30_000

const GONE = new Set<string>([OAuthErrorCode.InvalidGrant, OAuthErrorCode.UnauthorizedClient])

/** `gone`: the authorization server takes the refresh token no more, and it was forgotten. */
type RefreshOutcome = 'refreshed' | 'gone' | 'failed'

export type RefreshOptions = {
  store: SignInStore
  fetchFor: (server: URL, serverId: string | null) => FetchLike
  envOf: EnvironmentOf
  log: Logger
  /** Runs work about something while no other process on the same store does. */
  alone?: (work: () => Promise<RefreshOutcome>, about: string) => Promise<RefreshOutcome>
  /** In ms since 1970. */
  now: () => number
}

/** New access tokens by refresh tokens, one request at a time for each server. */
export interface Refreshes {
  /** Joins the one under way. Never rejects. */
  run(server: RemoteServer): Promise<RefreshOutcome>
  /** Whether one has just failed and the next should wait. */
  isPaused(serverId: string): boolean
  /** Those under way: a refresh token that was exchanged must be stored before we go. */
  settle(): Promise<void>
}

export function openRefreshes(options: RefreshOptions): Refreshes {
  const { store, log, now } = options
  const running = new Map<string, Promise<RefreshOutcome>>()
  const failedAt = new Map<string, number>()

  async function refresh(server: RemoteServer): Promise<RefreshOutcome> {
    const before = store.get(server.id)
    if (!before?.tokens?.refresh) return 'failed'
    try {
      const tokens = await exchange(server, before, options)
      failedAt.delete(server.id)
      // Somebody may have signed out, or in anew, meanwhile.
      if (!isDeepStrictEqual(store.get(server.id)?.tokens, before.tokens)) return 'failed'
      await store.put(server.id, { ...before, tokens })
      return 'refreshed'
    } catch (error) {
      return failed(server, before, error)
    }
  }

  async function failed(server: RemoteServer, before: SignIn, error: unknown) {
    const reason = failureText(error)
    const code = error instanceof OAuthError ? error.code : ''
    const isClientGone = code === OAuthErrorCode.InvalidClient
    if (!isClientGone && !GONE.has(code)) {
      failedAt.set(server.id, now())
      log.warn({ ...factsOf(server), reason }, 'a sign-in could not be refreshed')
      return 'failed'
    }
    log.warn({ ...factsOf(server), reason }, 'a sign-in has ended')
    if (!isDeepStrictEqual(store.get(server.id)?.tokens, before.tokens)) return 'failed'
    const client = isClientGone ? null : before.client
    await store.put(server.id, { ...before, client, tokens: null, needed: stillNeeded(before) })
    return 'gone'
  }

  return {
    run(server) {
      const { id } = server
      const known = running.get(id)
      if (known) return known
      const started = inTurn(server.id, options, () => refresh(server))
        .catch((error: unknown): RefreshOutcome => {
          // It is in memory and works, though it may be lost with the process.
          const reason = failureText(error)
          log.error({ ...factsOf(server), reason }, 'a sign-in was not stored')
          return store.get(id)?.tokens ? 'refreshed' : 'failed'
        })
        .finally(() => running.delete(id))
      running.set(id, started)
      return started
    },
    isPaused: (id) => now() - (failedAt.get(id) ?? -PAUSE_MS) < PAUSE_MS,
    async settle() {
      await Promise.all(running.values())
    },
  }
}

/** A refresh token is good once: two that use it at once look like a thief, and both lose it. */
async function inTurn(
  id: string,
  { store, alone }: RefreshOptions,
  refresh: () => Promise<RefreshOutcome>,
): Promise<RefreshOutcome> {
  if (!alone) return refresh()
  const before = store.get(id)?.tokens
  return alone(async () => {
    await store.recall(id)
    const { tokens } = store.get(id) ?? {}
    if (isDeepStrictEqual(tokens, before)) return refresh()
    return tokens ? 'refreshed' : 'failed'
  }, `sign-in ${id}`)
}

function factsOf({ name, id }: RemoteServer) {
  return { server: name, serverId: id }
}

/** What a new sign-in has to ask for, so that it can do no less than the one before. */
export function stillNeeded({ needed, tokens }: SignIn): NonNullable<SignIn['needed']> {
  const scopes = (tokens?.scope ?? '')
    .split(' ')
    .filter((one) => !['', 'offline_access'].includes(one))
  const scope = computeScopeUnion(needed?.scope ?? undefined, scopes.join(' ')) ?? null
  return { scope, resourceMetadataUrl: needed?.resourceMetadataUrl ?? null }
}

async function exchange(
  server: RemoteServer,
  { url, tokens }: SignIn,
  { fetchFor, envOf, now }: RefreshOptions,
): Promise<Tokens> {
  if (!tokens?.refresh) throw new Error('there is nothing to refresh')
  const { issuer, client, resource, scope, refresh } = tokens
  const fetch = fetchFor(new URL(url), server.id)
  const metadata = await findMetadata(issuer, fetch)
  if (!metadata) {
    throw new AppError('unavailable', `Its authorization server "${issuer}" has gone.`)
  }
  const answer = await refreshAuthorization(issuer, {
    metadata,
    clientInformation: informationOf(client, server, envOf(server)),
    refreshToken: refresh,
    resource,
    fetchFn: fetch,
  })
  return readTokens(answer, { issuer, client, resource, scope }, now())
}
