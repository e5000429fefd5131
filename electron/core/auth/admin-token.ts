import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { readOrCreatePrivateFile } from '../private-file.ts'

/** The credential of management callers. */
export interface AdminToken {
  readonly token: string
  /** Whether it was made just now, and so has never been shown to anyone. */
  readonly created: boolean
  /** Takes the same time whatever the candidate has in common with the token. */
  isAdminToken(candidate: string): boolean
}

export type AdminTokenOptions = {
  dataDir: string
  /** METAMCP_ADMIN_TOKEN; `null` for one that is generated and kept in the data folder. */
  adminToken: string | null
}

/** The given token, or that of the 0600 file `admin-token` in the data folder, made if need be. */
export async function loadAdminToken(options: AdminTokenOptions): Promise<AdminToken> {
  const path = join(options.dataDir, 'admin-token')
  const { text: token, created } =
    options.adminToken === null
      ? await readOrCreatePrivateFile(path, () => randomBytes(32).toString('base64url'))
      : { text: options.adminToken, created: false }
  const source = options.adminToken === null ? `"${path}"` : 'METAMCP_ADMIN_TOKEN'
  return { token, created, isAdminToken: comparedWith(token, source) }
}

/**
 * Whether somebody has METAMCP_METRICS_TOKEN, which shows numbers and opens nothing: what collects
 * these need not be able to manage. Throws an AppError `invalid`.
 */
export function metricsTokenOf(token: string | null | undefined): (candidate: string) => boolean {
  return token ? comparedWith(token, 'METAMCP_METRICS_TOKEN') : () => false
}

/** Takes the same time whatever a candidate has in common with the token. */
function comparedWith(token: string, source: string): (candidate: string) => boolean {
  // A header carries visible ASCII; anything else could never be presented.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError(
      'invalid',
      `${source} must be one line of letters, digits and signs without spaces.`,
    )
  }
  const digest = sha256(token)
  return (candidate) => timingSafeEqual(sha256(candidate), digest)
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
