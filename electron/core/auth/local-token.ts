import { randomBytes, timingSafeEqual } from 'node:crypto'

/** The credential of this user's own programs, good for as long as this process runs. */
export interface LocalToken {
  /** 256 bits; lives in memory and in the run file alone. */
  readonly token: string
  /** Takes the same time whatever a candidate of its length has in common with the token. */
  isLocalToken(candidate: string): boolean
}

export function makeLocalToken(): LocalToken {
  const token = randomBytes(32).toString('base64url')
  const bytes = Buffer.from(token)
  return {
    token,
    // How long it is, is no secret. Every call comes by here, so nothing is hashed.
    isLocalToken: (candidate) =>
      candidate.length === token.length &&
      Buffer.byteLength(candidate) === bytes.length &&
      timingSafeEqual(Buffer.from(candidate), bytes),
  }
}
