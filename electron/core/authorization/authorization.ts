import { eq } from 'drizzle-orm'
import type { BetterAuthPlugin } from 'better-auth'
import type { Changes } from '../changes.ts'
import type { Database } from '../db/open.ts'
import { oauthClients, oauthRefreshTokens } from '../db/schema.ts'
import type { Logger } from '../log.ts'
import { registerClient } from './clients.ts'
import { openCodeUses } from './codes.ts'
import { openGrants, type Grant, type Grants } from './grants.ts'
import { hashOf } from './hash.ts'
import { wellKnown } from './metadata.ts'
import { openResources, type Resource } from './resources.ts'
import { openAccessTokens, type AccessTokens } from './tokens.ts'

export type AuthorizationTimes = {
  /** Seconds that access tokens are good for. */
  accessTokenS?: number | undefined
  /** Seconds in which a refresh may be asked for again; after that, it ends the grant. */
  refreshReuseS?: number | undefined
  /** ms since 1970. */
  now?: (() => number) | undefined
}

export type AuthorizationOptions = {
  db: Database
  log: Logger
  changes: Changes
  /** Where browsers reach us, without a slash at its end. */
  url: string
  /** The one endpoint that anybody may know of; `null` where there are none or several. */
  onlyResource: () => string | null
  maySee: (accountId: string, resource: string) => boolean
  /** Ends what the client has open for the account. */
  onEnd: (grant: Pick<Grant, 'accountId' | 'clientId'>) => void
  /** For the audit log. */
  note: (note: GrantNote) => void
  times?: AuthorizationTimes
}

/** What became of a client in the name of an account. */
export type GrantNote = {
  /** `returned`: by the client itself (RFC 7009). `stolen`: a token or a code came twice. */
  what: 'allowed' | 'declined' | 'returned' | 'stolen'
  accountId: string
  client: { id: string; name: string }
}

/** What a token says of its bearer, at one endpoint. */
type Bearer = { grant: Grant; hasScope: boolean }

/** We as an OAuth 2.1 authorization server for our own endpoints, and as the one that they ask. */
export interface Authorization {
  readonly grants: Grants
  /** Who may call the endpoint at this address by this token; `null`: nobody. From memory. */
  bearer(token: string, resource: string): Bearer | null
  /** What is known at a well-known address; `null` where there is nothing. */
  wellKnown(path: string): object | null
  /** All endpoints that take tokens now. */
  setResources(resources: readonly Resource[]): Promise<void>
  /** After another process has stored other grants, endpoints and keys. */
  reload(): Promise<void>
  client(clientId: string): Promise<{ name: string } | null>
  isSigned(query: string): Promise<boolean>
  /** For better-auth, which is loaded by this. */
  plugins(): Promise<BetterAuthPlugin[]>
}

const ACCESS_TOKEN_S = 600
const REFRESH_REUSE_S = 30

export async function openAuthorization(options: AuthorizationOptions): Promise<Authorization> {
  const { db, log, url, changes, onEnd, onlyResource, maySee, times = {} } = options
  const now = times.now ?? Date.now
  const tokens = await openAccessTokens({ db, log, issuer: url, now })
  const grants = await openGrants({ db, changes, onEnd, now })
  const resources = await openResources(db)
  const tell = tellerOf(options)
  const end = async (what: GrantNote['what'], accountId: string, clientId: string) => {
    if (await grants.revoke(accountId, clientId)) await tell(what, accountId, clientId)
  }
  const endStolen = (accountId: string, clientId: string) => end('stolen', accountId, clientId)
  const codes = openCodeUses({ db, tokens, revoke: endStolen, now })
  let isSigned = (_: string) => Promise.resolve(false)

  return {
    grants,
    bearer: (token, resource) => bearerOf({ tokens, grants }, token, resource),
    wellKnown: (path) =>
      wellKnown(path, { url, resources: resources.list(), onlyResource: onlyResource() }),
    async setResources(list) {
      const gone = await resources.set(list)
      if (gone.size > 0) await grants.dropResources(gone)
    },
    async reload() {
      await tokens.reload()
      await resources.reload()
      await grants.reload()
    },
    client: (clientId) => readClient(db, clientId),
    isSigned: (query) => isSigned(query),
    async plugins() {
      const { authorizationPlugins } = await import('./plugins.ts')
      const made = authorizationPlugins({
        ...{ url, onlyResource, maySee, codes },
        accessTokenS: times.accessTokenS ?? ACCESS_TOKEN_S,
        refreshReuseS: times.refreshReuseS ?? REFRESH_REUSE_S,
        async allowed(accountId, clientId, resource) {
          await grants.allow(accountId, clientId, resource)
          await tell('allowed', accountId, clientId)
        },
        declined: (accountId, clientId) => tell('declined', accountId, clientId),
        issued: (token) => takeUp({ tokens, grants }, token),
        register: (body) => registerClient(db, body, now()),
        async revokeToken(clientId, token) {
          const owner = await ownerOf({ db, tokens }, token)
          if (owner?.clientId === clientId) await end('returned', owner.accountId, clientId)
        },
        async refused(token) {
          const row = await readRefreshToken(db, token)
          if (!row?.revoked) return
          const isRetry = (row.rotationReplayExpiresAt?.getTime() ?? 0) > now()
          if (!isRetry) await endStolen(row.userId, row.clientId)
        },
      })
      isSigned = made.isSigned
      return made.plugins
    },
  }
}

function tellerOf({ db, note }: Pick<AuthorizationOptions, 'db' | 'note'>) {
  return async (what: GrantNote['what'], accountId: string, clientId: string): Promise<void> => {
    const { name } = (await readClient(db, clientId)) ?? { name: clientId }
    note({ what, accountId, client: { id: clientId, name } })
  }
}

function bearerOf(
  { tokens, grants }: { tokens: AccessTokens; grants: Grants },
  token: string,
  resource: string,
): Bearer | null {
  const claims = tokens.read(token)
  if (!claims) return null
  const { accountId, clientId, audience, issuedAt, hasScope } = claims
  // Made for this endpoint, and for no other one beside it.
  if (audience.length !== 1 || audience[0] !== resource) return null
  const grant = grants.get(accountId, clientId)
  if (!grant?.resources.includes(resource)) return null
  // Tokens of a grant that was revoked stay so when the client is let in anew.
  if (issuedAt < Math.floor(grant.grantedAt.getTime() / 1000)) return null
  return { grant, hasScope }
}

/** A code outlives its grant by minutes: what it still gives is taken back at once. */
async function takeUp(
  { tokens, grants }: { tokens: AccessTokens; grants: Grants },
  token: string,
): Promise<boolean> {
  await tokens.learnKey(token)
  const claims = tokens.readStale(token)
  if (!claims || grants.get(claims.accountId, claims.clientId)) return true
  await grants.revoke(claims.accountId, claims.clientId)
  return false
}

type Owner = Pick<Grant, 'accountId' | 'clientId'>

async function ownerOf(
  { db, tokens }: { db: Database; tokens: AccessTokens },
  token: string,
): Promise<Owner | null> {
  const claims = tokens.readStale(token)
  if (claims) return claims
  const row = await readRefreshToken(db, token)
  return row ? { accountId: row.userId, clientId: row.clientId } : null
}

async function readRefreshToken(db: Database, token: string) {
  const isIt = eq(oauthRefreshTokens.token, hashOf(token))
  const [row] = await db.read((tx) => tx.select().from(oauthRefreshTokens).where(isIt))
  return row
}

async function readClient(db: Database, clientId: string): Promise<{ name: string } | null> {
  const { name } = oauthClients
  const isIt = eq(oauthClients.clientId, clientId)
  const [row] = await db.read((tx) => tx.select({ name }).from(oauthClients).where(isIt))
  return row ? { name: row.name ?? clientId } : null
}
