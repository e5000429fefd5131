import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** The credential of this user's own programs, good for as long as this process runs. */
export interface LocalToken {
  /** 256 bits; lives in memory and in the run file alone. */
  readonly token: string
  /** Takes the same time whatever the candidate has in common with the token. */
  isLocalToken(candidate: string): boolean
}

export function makeLocalToken(): LocalToken {
  const token = randomBytes(32).toString('base64url')
  const digest = sha256(token)
  return { token, isLocalToken: (candidate) => timingSafeEqual(sha256(candidate), digest) }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
