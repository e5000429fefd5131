import type { OAuthTokens } from '@modelcontextprotocol/client'
import { AppError } from '../errors.ts'
import type { Tokens } from './sign-in.ts'

/** What is kept of a token endpoint's answer. `now` is in ms since 1970. */
export function readTokens(
  answer: OAuthTokens,
  asked: Pick<Tokens, 'issuer' | 'client' | 'resource' | 'scope'>,
  now: number,
): Tokens {
  if (answer.token_type.toLowerCase() !== 'bearer') {
    throw new AppError('unavailable', 'Its authorization server gives no bearer tokens.')
  }
  return {
    ...asked,
    scope: answer.scope ?? asked.scope,
    access: answer.access_token,
    refresh: answer.refresh_token ?? null,
    expiresAt: answer.expires_in === undefined ? null : now + answer.expires_in * 1_000,
  }
}
