import { and, eq } from 'drizzle-orm'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { oauthAccessTokens, oauthClients, oauthConsents, oauthRefreshTokens } from '../db/schema.ts'

/** What an account has allowed a client: it may call these endpoints as that account. */
export type Grant = {
  accountId: string
  clientId: string
  clientName: string
  redirectUris: readonly string[]
  /** Identifiers of endpoints: their addresses. */
  resources: readonly string[]
  grantedAt: Date
  lastUsedAt: Date | null
}

type Pair = Pick<Grant, 'accountId' | 'clientId'>

/** Who was let in, in memory: calls are judged without the database. */
export interface Grants {
  get(accountId: string, clientId: string): Grant | undefined
  of(accountId: string): Grant[]
  /** A consent was stored, which may have replaced what was allowed before: both hold. */
  allow(accountId: string, clientId: string, resource: string): Promise<void>
  /** Ends tokens of all kinds, at once. `false`: there was no such grant. */
  revoke(accountId: string, clientId: string): Promise<boolean>
  /** Endpoints that are no more; whoever makes one at such an address again is asked anew. */
  dropResources(gone: ReadonlySet<string>): Promise<void>
  used(grant: Grant): void
  /** After another process has stored others; those that ended meanwhile are told of. */
  reload(): Promise<void>
  /** Accounts that are gone, from the database too, have let nobody in. */
  keepAccounts(isKnown: (accountId: string) => boolean): void
}

export type GrantsOptions = {
  db: Database
  changes: Changes
  /** Told of each grant that has ended. */
  onEnd: (grant: Pick<Grant, 'accountId' | 'clientId'>) => void
  /** ms since 1970. */
  now: () => number
}

export async function openGrants({ db, changes, onEnd, now }: GrantsOptions): Promise<Grants> {
  let byKey = new Map<string, Grant>()

  async function reload(): Promise<void> {
    const next = new Map((await db.read(readGrants)).map((grant) => [keyOf(grant), grant]))
    const before = byKey
    byKey = next
    for (const [key, grant] of before) {
      const kept = next.get(key)
      if (kept) kept.lastUsedAt = grant.lastUsedAt
      else onEnd(grant)
    }
    changes.publish({ kind: 'grant' })
  }

  async function allow(accountId: string, clientId: string, resource: string): Promise<void> {
    const before = byKey.get(keyOf({ accountId, clientId }))?.resources ?? []
    const all = [...new Set([...before, resource])]
    await db.write((tx) => setResources(tx, { accountId, clientId }, all))
    await reload()
  }

  async function revoke(accountId: string, clientId: string): Promise<boolean> {
    const key = keyOf({ accountId, clientId })
    const grant = byKey.get(key)
    // First of all it opens nothing any more.
    byKey.delete(key)
    if (grant) onEnd(grant)
    await db.write((tx) => deleteGrant(tx, accountId, clientId))
    changes.publish({ kind: 'grant' })
    return grant !== undefined
  }

  await reload()
  return {
    get: (accountId, clientId) => byKey.get(keyOf({ accountId, clientId })),
    of: (accountId) => [...byKey.values()].filter((grant) => grant.accountId === accountId),
    allow,
    revoke,
    async dropResources(gone) {
      const isHit = ({ resources }: Grant) => resources.some((one) => gone.has(one))
      const hit = [...byKey.values()].filter(isHit)
      for (const { accountId, clientId, resources } of hit) {
        const left = resources.filter((one) => !gone.has(one))
        if (left.length === 0) await revoke(accountId, clientId)
        else await db.write((tx) => setResources(tx, { accountId, clientId }, left))
      }
      if (hit.length > 0) await reload()
    },
    reload,
    used: (grant) => void (grant.lastUsedAt = new Date(now())),
    keepAccounts(isKnown) {
      for (const [key, grant] of byKey) {
        if (isKnown(grant.accountId)) continue
        byKey.delete(key)
        onEnd(grant)
      }
    },
  }
}

function keyOf({ accountId, clientId }: Pair): string {
  return JSON.stringify([accountId, clientId])
}

function consentOf(accountId: string, clientId: string) {
  return and(eq(oauthConsents.userId, accountId), eq(oauthConsents.clientId, clientId))
}

async function setResources(tx: Tx, grant: Pair, resources: string[]): Promise<void> {
  const isIt = consentOf(grant.accountId, grant.clientId)
  await tx.update(oauthConsents).set({ resources }).where(isIt)
}

async function readGrants(tx: Tx): Promise<Grant[]> {
  const rows = await tx
    .select({ consent: oauthConsents, client: oauthClients })
    .from(oauthConsents)
    .innerJoin(oauthClients, eq(oauthClients.clientId, oauthConsents.clientId))
  return rows.flatMap(({ consent, client }) => {
    const { userId, clientId, resources, createdAt } = consent
    if (userId === null) return []
    return {
      ...{ accountId: userId, clientId },
      clientName: client.name ?? clientId,
      redirectUris: client.redirectUris,
      resources: resources ?? [],
      grantedAt: createdAt ?? new Date(0),
      lastUsedAt: null,
    }
  })
}

async function deleteGrant(tx: Tx, accountId: string, clientId: string): Promise<void> {
  const access = oauthAccessTokens
  const refresh = oauthRefreshTokens
  await tx.delete(oauthConsents).where(consentOf(accountId, clientId))
  await tx.delete(access).where(and(eq(access.userId, accountId), eq(access.clientId, clientId)))
  await tx.delete(refresh).where(and(eq(refresh.userId, accountId), eq(refresh.clientId, clientId)))
}
