import { identifierAt, sseAddressOf } from './faces.ts'
import type { Resource } from './resources.ts'
import { GRANTED_SCOPES, SCOPE } from './scope.ts'

/** Of an endpoint (RFC 9728), for clients that come without a token. */
function resourceMetadata(url: string, address: string, { name }: Resource): object {
  return {
    resource: address,
    resource_name: name,
    authorization_servers: [url],
    scopes_supported: [SCOPE],
    bearer_methods_supported: ['header'],
  }
}

/**
 * Of us as an authorization server (RFC 8414). By OpenID Connect's name for such a document we tell
 * the same: clients of before look there, though we say nothing of who somebody is.
 */
function serverMetadata(url: string): object {
  const at = (path: string) => `${url}/api/auth${path}`
  return {
    issuer: url,
    authorization_endpoint: at('/oauth2/authorize'),
    token_endpoint: at('/oauth2/token'),
    registration_endpoint: at('/oauth2/register'),
    revocation_endpoint: at('/oauth2/revoke'),
    jwks_uri: at('/jwks'),
    scopes_supported: GRANTED_SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['EdDSA'],
  }
}

/** The documents that we have below `/.well-known/`. */
export const WELL_KNOWN_KINDS = [
  ...['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration'],
]
const WELL_KNOWN = new RegExp(`^/\\.well-known/(${WELL_KNOWN_KINDS.join('|')})(/.*)?$`)

/**
 * What is known at a well-known address, at the root and with an endpoint's path behind; `null` where
 * there is nothing. At the root stands the one endpoint that anybody may know of, if it is the only
 * one: more than that clients must ask for by its path.
 */
export function wellKnown(
  path: string,
  parts: { url: string; resources: readonly Resource[]; onlyResource: string | null },
): object | null {
  const [, kind, rest = ''] = WELL_KNOWN.exec(path) ?? []
  if (kind === undefined) return null
  const { url, resources, onlyResource } = parts
  const isRoot = rest === '' || rest === '/'
  const address = (isRoot ? onlyResource : url + rest) ?? ''
  const identifier = identifierAt(address)
  const resource = resources.find((one) => one.identifier === identifier)
  if (kind === 'oauth-protected-resource') {
    return resource ? resourceMetadata(url, address, resource) : null
  }
  return isRoot || resource ? serverMetadata(url) : null
}

/** Where an endpoint's metadata is, for `WWW-Authenticate`: that of the way by which one came. */
export function metadataUrl(identifier: string, face: 'mcp' | 'sse'): string {
  const address = face === 'sse' ? sseAddressOf(identifier) : identifier
  const { origin, pathname } = new URL(address)
  return `${origin}/.well-known/oauth-protected-resource${pathname}`
}
