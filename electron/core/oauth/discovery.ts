import {
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  resourceUrlFromServerUrl,
  type AuthorizationServerMetadata,
  type FetchLike,
  type OAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/client'
import { AppError } from '../errors.ts'
import { failureText } from './failure-text.ts'
import { refusalOf } from './safe-fetch.ts'

/** Where a person signs in to a server, and for what. */
export type SignInPlace = {
  /** The authorization server, by the identifier that its own metadata repeats. */
  issuer: string
  metadata: AuthorizationServerMetadata
  /** The `resource` of all requests (RFC 8707). */
  resource: string
  /** The scopes that the server recommends, separated by spaces. */
  scope: string | null
}

/**
 * Specification 2026-07-28, "Authorization Server Discovery". Rejects AppError `unavailable` with a
 * sentence when there is no way to sign in that is safe.
 */
export async function findSignInPlace(
  server: URL,
  resourceMetadataUrl: string | null,
  fetch: FetchLike,
): Promise<SignInPlace> {
  const described = await findResourceMetadata(server, resourceMetadataUrl, fetch)
  // Servers of revision 2025-03-26 have no resource metadata: they are their own authorization server.
  const issuer = described?.authorization_servers?.[0] ?? server.origin
  const metadata = await findMetadata(issuer, fetch)
  if (!metadata) {
    const text = described
      ? `Its authorization server "${issuer}" says nothing about itself.`
      : 'It does not say where to sign in. Give it a bearer token or a header.'
    throw new AppError('unavailable', text)
  }
  refuseUnsafe(metadata, server)
  return {
    issuer: metadata.issuer,
    metadata,
    resource: resourceOf(server, described),
    scope: described?.scopes_supported?.join(' ') || null,
  }
}

/** Again at each refresh: endpoints may move, and the issuer is checked each time. */
export async function findMetadata(
  issuer: string,
  fetch: FetchLike,
): Promise<AuthorizationServerMetadata | undefined> {
  if (!URL.canParse(issuer)) {
    throw new AppError('unavailable', 'It names an authorization server that is not a URL.')
  }
  try {
    return await discoverAuthorizationServerMetadata(issuer, { fetchFn: fetch })
  } catch (error) {
    throw new AppError('unavailable', failureText(error), { cause: error })
  }
}

async function findResourceMetadata(
  server: URL,
  named: string | null,
  fetch: FetchLike,
): Promise<OAuthProtectedResourceMetadata | null> {
  let status = 0
  const watched: FetchLike = async (url, init) => {
    const response = await fetch(url, init)
    status = response.status
    return response
  }
  try {
    const options = named === null ? {} : { resourceMetadataUrl: named }
    return await discoverOAuthProtectedResourceMetadata(server, options, watched)
  } catch (error) {
    if (error instanceof AppError) throw error
    const isMissing = status >= 400 && status < 500
    if (isMissing) return named === null ? null : findResourceMetadata(server, null, fetch)
    const text = 'What it says about signing in (protected resource metadata) cannot be read.'
    throw new AppError('unavailable', text, { cause: error })
  }
}

function resourceOf(server: URL, described: OAuthProtectedResourceMetadata | null): string {
  const requestedResource = resourceUrlFromServerUrl(server)
  // The form without a slash at its end is the usual one (specification, "Canonical Server URI").
  if (!described) return requestedResource.href.replace(/^([^/]+\/\/[^/]+)\/$/, '$1')
  const configuredResource = described.resource
  if (checkResourceAllowed({ requestedResource, configuredResource })) return configuredResource
  throw new AppError(
    'unavailable',
    'Its protected resource metadata is that of another server: tokens for that one are not asked for.',
  )
}

function refuseUnsafe(metadata: AuthorizationServerMetadata, server: URL): void {
  const refusal = refusalOf(new URL(metadata.authorization_endpoint), server)
  if (refusal !== null) {
    throw new AppError('unavailable', `Its sign-in page is not safe: ${refusal}.`)
  }
  if (!metadata.response_types_supported.includes('code')) {
    throw new AppError('unavailable', 'Its authorization server gives no authorization codes.')
  }
  if (metadata.code_challenge_methods_supported?.includes('S256') !== true) {
    throw new AppError(
      'unavailable',
      'Its authorization server does not protect sign-ins by PKCE (S256), so none is begun.',
    )
  }
}
