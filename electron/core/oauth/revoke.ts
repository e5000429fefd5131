import {
  selectClientAuthMethod,
  type AuthorizationServerMetadata,
  type FetchLike,
  type OAuthClientInformationMixed,
} from '@modelcontextprotocol/client'
import { findMetadata } from './discovery.ts'
import type { Tokens } from './sign-in.ts'

/**
 * Ends what tokens are good for at their authorization server (RFC 7009). Resolves with false when
 * it has no way to do so, or refuses; rejects AppError when it cannot be asked.
 */
export async function revoke(
  tokens: Tokens,
  information: OAuthClientInformationMixed,
  fetch: FetchLike,
): Promise<boolean> {
  const metadata = await findMetadata(tokens.issuer, fetch)
  // RFC 8414 has it; the SDK's type of OpenID metadata has not.
  const endpoint: unknown = metadata && Reflect.get(metadata, 'revocation_endpoint')
  if (!metadata || typeof endpoint !== 'string' || !URL.canParse(endpoint)) return false
  const sorts = { refresh_token: tokens.refresh, access_token: tokens.access }
  let isRevoked = true
  // The refresh token first: with it, others could still be got.
  for (const [hint, token] of Object.entries(sorts)) {
    if (token === null) continue
    const { headers, body } = authenticated(information, metadata)
    body.set('token', token)
    body.set('token_type_hint', hint)
    const { ok } = await fetch(endpoint, { method: 'POST', headers, body })
    // Access tokens that are readable by themselves often cannot be revoked, and do not live long.
    if (!ok && (hint === 'refresh_token' || tokens.refresh === null)) isRevoked = false
  }
  return isRevoked
}

/** The client's own authentication (RFC 6749, section 2.3.1), in the way the token endpoint takes it. */
function authenticated(
  information: OAuthClientInformationMixed,
  metadata: AuthorizationServerMetadata,
): { headers: Headers; body: URLSearchParams } {
  const { client_id, client_secret = '' } = information
  const methods = metadata.token_endpoint_auth_methods_supported ?? []
  const method = selectClientAuthMethod(information, methods)
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
  if (method === 'client_secret_basic') {
    headers.set('authorization', `Basic ${btoa(`${client_id}:${client_secret}`)}`)
    return { headers, body: new URLSearchParams() }
  }
  const body = new URLSearchParams({ client_id })
  if (method === 'client_secret_post') body.set('client_secret', client_secret)
  return { headers, body }
}
