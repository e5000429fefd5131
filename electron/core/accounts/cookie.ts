import type { IncomingMessage } from 'node:http'
import { hashToken } from './token-hash.ts'

/** The value of a cookie as it was sent. */
export function readCookie({ headers }: IncomingMessage, name: string): string | null {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const found = pairs.find((pair) => pair.startsWith(`${name}=`))
  return found === undefined ? null : found.slice(name.length + 1)
}

/**
 * The SHA-256 of the token in better-auth's cookie, which is `<token>.<signature>`. The signature is
 * not looked at: whoever has a token that we know the hash of has it from us.
 */
export function tokenHashIn(value: string | null): string | null {
  const token = /^[A-Za-z0-9]{16,128}/.exec(value ?? '')?.[0]
  return token === undefined ? null : hashToken(token)
}
