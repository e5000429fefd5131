import { createHash } from 'node:crypto'

/** As what a random token is kept: SHA-256, hexadecimal. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
