import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client'
import type { Challenge } from './sign-in.ts'

/** What a `WWW-Authenticate` asks for (RFC 6750, RFC 9728), and the `error` in it. */
export function readChallenge(header: string | null): Challenge & { error: string | null } {
  // Of several challenges ours may be any.
  const start = header?.search(/\b(?:bearer|dpop)\b/i) ?? -1
  const own = start < 0 ? '' : (header ?? '').slice(start)
  const response = new Response(null, { headers: { 'www-authenticate': own } })
  const { scope, resourceMetadataUrl, error } = extractWWWAuthenticateParams(response)
  return {
    scope: scope ?? null,
    resourceMetadataUrl: resourceMetadataUrl?.href ?? null,
    error: error ?? null,
  }
}

/** Whether each of the scopes in `part` is one of those in `whole`. */
export function hasScopes(whole: string | null, part: string): boolean {
  const scopes = new Set((whole ?? '').split(' '))
  return part.split(' ').every((scope) => scopes.has(scope))
}
