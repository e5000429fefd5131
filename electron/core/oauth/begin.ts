import { computeScopeUnion, startAuthorization, type FetchLike } from '@modelcontextprotocol/client'
import { AppError } from '../errors.ts'
import type { Attempts, Beginner } from './attempts.ts'
import { findClient, informationOf } from './client.ts'
import { findSignInPlace, type SignInPlace } from './discovery.ts'
import type { EnvironmentOf, RemoteServer } from './own-credentials.ts'
import { isLoopback } from './safe-fetch.ts'
import type { SignIn } from './sign-in.ts'
import type { SignInStore } from './sign-in-store.ts'

export type BeginOptions = {
  store: SignInStore
  attempts: Attempts
  fetchFor: (server: URL, serverId: string | null) => FetchLike
  envOf: EnvironmentOf
  redirectUrl: string
  /** In ms since 1970. */
  now: () => number
}

/**
 * Finds out where and as whom a person signs in, and resolves with the URL to open in a browser.
 * Rejects AppError with a sentence.
 */
export async function beginSignIn(
  server: RemoteServer,
  { before, startedBy }: { before: SignIn; startedBy: Beginner },
  options: BeginOptions,
): Promise<string> {
  const { store, attempts, envOf, redirectUrl, now } = options
  const env = envOf(server)
  const url = new URL(before.url)
  refusePlainHttp(url, redirectUrl)
  const fetch = options.fetchFor(url, server.id)
  const { needed } = before
  const place = await findSignInPlace(url, needed?.resourceMetadataUrl ?? null, fetch)
  const scope = chooseScope(server, before, place)
  const known = before.client
  const client = await findClient({
    ...{ server, place, known, redirectUrl, scope, env, fetch },
    now: now(),
  })
  // Kept at once: the next sign-in, whether this one comes back or not, need not register again.
  if (client !== known) await store.put(server.id, { ...(store.get(server.id) ?? before), client })
  const state = attempts.newState()
  const { authorizationUrl, codeVerifier } = await startAuthorization(place.issuer, {
    metadata: place.metadata,
    clientInformation: informationOf(client, server, env),
    redirectUrl,
    state,
    resource: place.resource,
    ...(scope !== null && { scope }),
  })
  const serverId = server.id
  attempts.add(state, { serverId, url: before.url, startedBy, place, client, scope, codeVerifier })
  return authorizationUrl.href
}

/** OAuth 2.1, section 1.5: neither tokens nor codes go over a network unencrypted. */
function refusePlainHttp(url: URL, redirectUrl: string): void {
  if (url.protocol !== 'https:' && !isLoopback(url)) {
    throw new AppError('invalid', 'Its URL is not https: a token would be sent for all to read.')
  }
  const back = new URL(redirectUrl)
  if (back.protocol !== 'https:' && !isLoopback(back)) {
    throw new AppError(
      'invalid',
      `Signing in takes an https address of ours to come back to, and "${back.origin}" is none. Set METAMCP_PUBLIC_URL, or use the app on its own machine.`,
    )
  }
}

/**
 * Specification 2026-07-28, "Scope Selection Strategy": what the server asks for now, else what it
 * recommends, unless the definition says what to ask for; and nothing less than what was granted.
 */
function chooseScope(
  { oauth }: RemoteServer,
  { needed, tokens }: SignIn,
  { issuer, metadata, scope: recommended }: SignInPlace,
): string | null {
  const granted = tokens?.issuer === issuer ? tokens.scope : null
  const asked = needed?.scope ?? null
  const chosen = computeScopeUnion(
    oauth?.scope ?? (asked === null ? (recommended ?? undefined) : undefined),
    asked ?? undefined,
    granted ?? undefined,
  )
  if (chosen === undefined) return null
  const isLasting = metadata.scopes_supported?.includes('offline_access') === true
  return computeScopeUnion(chosen, isLasting ? 'offline_access' : undefined) ?? null
}
