import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { Database } from '../db/open.ts'
import { signingKeys } from '../db/schema.ts'
import { messageOf } from '../errors.ts'
import { isObject } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { SCOPE } from './scope.ts'

/** What a good access token says (RFC 9068). Times are in seconds since 1970. */
type TokenClaims = {
  accountId: string
  clientId: string
  issuedAt: number
  /** Identifiers of the endpoints that it was made for. */
  audience: string[]
  hasScope: boolean
}

/** Our own access tokens, checked without the database: public keys are in memory. */
export interface AccessTokens {
  /** `null` for what is none of ours, was changed, or is out of date. */
  read(token: string): TokenClaims | null
  /** Who a token was given to, also one that is out of date: for its own revocation. */
  readStale(token: string): TokenClaims | null
  /** Keys are made when the first token is: read again, everywhere, when one is new. */
  learnKey(token: string): Promise<void>
  /** After another process may have made keys. */
  reload(): Promise<void>
}

export type AccessTokensOptions = {
  db: Database
  log: Logger
  issuer: string
  /** ms since 1970. */
  now: () => number
}

const PARTS = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** Told where a key is new: other replicas are shown tokens of it at once. */
const NEW_KEY = 'signing-key'

export async function openAccessTokens(options: AccessTokensOptions): Promise<AccessTokens> {
  const { db, log, issuer, now } = options
  let keys = new Map<string, KeyObject>()
  const told = new Set<string>()

  async function reload(): Promise<void> {
    const { id, publicKey } = signingKeys
    const rows = await db.read((tx) => tx.select({ id, publicKey }).from(signingKeys))
    keys = new Map(rows.map((row) => [row.id, keyFrom(row.publicKey)]))
  }

  /** The payload, if one of our keys has signed it. Only one algorithm is ever tried: our own. */
  function payloadOf(token: string): Record<string, unknown> | null {
    const [, head, body, signature] = PARTS.exec(token) ?? []
    if (head === undefined || body === undefined || signature === undefined) return null
    const header = decode(head)
    const key = typeof header?.['kid'] === 'string' ? keys.get(header['kid']) : undefined
    if (!key || header?.['alg'] !== 'EdDSA' || header['typ'] !== 'at+jwt') return null
    const isGood = verify(
      null,
      Buffer.from(`${head}.${body}`),
      key,
      Buffer.from(signature, 'base64url'),
    )
    return isGood ? decode(body) : null
  }

  function claimsOf(token: string, isStaleToo: boolean): TokenClaims | null {
    const payload = payloadOf(token)
    if (!payload || payload['iss'] !== issuer) return null
    const { sub, client_id: clientId, iat, exp, aud, scope } = payload
    if (typeof sub !== 'string' || typeof clientId !== 'string') return null
    if (typeof iat !== 'number' || typeof exp !== 'number') return null
    if (!isStaleToo && exp * 1000 <= now()) return null
    const audience = (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string')
    const scopes = typeof scope === 'string' ? scope.split(' ') : []
    return { accountId: sub, clientId, issuedAt: iat, audience, hasScope: scopes.includes(SCOPE) }
  }

  db.news.listen(NEW_KEY, () => {
    reload().catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'a key of another replica could not be read')
    })
  })
  await reload()
  return {
    reload,
    read: (token) => claimsOf(token, false),
    readStale: (token) => claimsOf(token, true),
    async learnKey(token) {
      const kid = decode(token.split('.', 1)[0] ?? '')?.['kid']
      if (typeof kid !== 'string' || told.has(kid)) return
      if (!keys.has(kid)) await reload()
      if (!keys.has(kid)) return
      told.add(kid)
      db.news.tell(NEW_KEY, kid)
    },
  }
}

function keyFrom(jwk: string): KeyObject {
  return createPublicKey({ key: JSON.parse(jwk) as Record<string, string>, format: 'jwk' })
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
