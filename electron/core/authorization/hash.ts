import { createHash } from 'node:crypto'

/** How tokens and codes stand in the database. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
