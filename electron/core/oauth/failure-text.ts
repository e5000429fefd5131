import {
  InsecureTokenEndpointError,
  IssuerMismatchError,
  OAuthError,
  OAuthErrorCode,
  RegistrationRejectedError,
} from '@modelcontextprotocol/client'
import { AppError } from '../errors.ts'

const KNOWN_CODES = new Set<string>(Object.values(OAuthErrorCode))

/** An error code, if it is one of those that are written down somewhere; others may be anything. */
export function knownCode(code: unknown): string | null {
  return typeof code === 'string' && KNOWN_CODES.has(code) ? code : null
}

/**
 * Why a step of a sign-in failed, as a sentence. What the other side wrote is not in it: that may
 * be long, hostile, or hold what we sent.
 */
export function failureText(error: unknown): string {
  if (error instanceof AppError) return error.message
  if (error instanceof IssuerMismatchError) {
    return 'Its authorization server says that it is another one than the one it was asked for (issuer).'
  }
  if (error instanceof InsecureTokenEndpointError) {
    return 'Its authorization server wants credentials sent unencrypted: its token endpoint is not https.'
  }
  if (error instanceof RegistrationRejectedError) {
    const code = knownCode(codeIn(error.body))
    const why = code === null ? '' : `, ${code}`
    return `Its authorization server refuses to register us (HTTP ${error.status}${why}). Register a client there by hand and put its id into the server's oauth.clientId.`
  }
  if (error instanceof OAuthError) {
    const code = knownCode(error.code)
    return code === null
      ? 'Its authorization server refused, without a reason that is known.'
      : `Its authorization server refused: ${code}.`
  }
  return 'Its authorization server answered with something that is not OAuth 2.1.'
}

function codeIn(body: string): unknown {
  try {
    const { error }: { error?: unknown } = JSON.parse(body)
    return error
  } catch {
    return null
  }
}
