import { AsyncLocalStorage } from 'node:async_hooks'
import type { BetterAuthOptions } from 'better-auth'
import type { DBAdapter, DBTransactionAdapter, Where } from 'better-auth/adapters'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import type { Database, Tx } from '../db/open.ts'
import * as schema from '../db/schema.ts'
import { hashToken } from './token-hash.ts'

/** better-auth's names for its tables. */
const TABLES = {
  user: schema.users,
  session: schema.userSessions,
  account: schema.userCredentials,
  verification: schema.verifications,
  jwks: schema.signingKeys,
  oauthClient: schema.oauthClients,
  oauthResource: schema.oauthResources,
  oauthClientResource: schema.oauthClientResources,
  oauthRefreshToken: schema.oauthRefreshTokens,
  oauthAccessToken: schema.oauthAccessTokens,
  oauthConsent: schema.oauthConsents,
  oauthClientAssertion: schema.oauthClientAssertions,
}

/** Tables of definitions, whose changes are snapshots (db/definitions.ts). */
const DEFINITIONS = new Set([
  ...['user', 'account', 'oauthClient', 'oauthResource', 'oauthClientResource', 'oauthConsent'],
])

/** What the tokens of somebody's provider open is none of our business: who it was is all we keep. */
const NO_PROVIDER_TOKENS = { accessToken: null, refreshToken: null, idToken: null }

export interface AccountDatabase {
  adapter: (options: BetterAuthOptions) => DBAdapter
  /** Runs in the transaction that better-auth has open, or in one of its own. */
  within<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** The same, to read alone. */
  look<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

export type AccountDatabaseOptions = {
  db: Database
  /** Users or sessions were changed, and the change is stored. */
  onChanged: (model: 'user' | 'session') => Promise<void>
}

type Open = { tx: Tx; changed: Set<string>; isOver: boolean }
type Way = 'read' | 'write' | 'record'

/**
 * better-auth's own adapter for drizzle, over a transaction of ours that each of its methods opens.
 * Tokens of sessions are stored as their SHA-256, and asked for by it.
 */
export function openAccountDatabase({ db, onChanged }: AccountDatabaseOptions): AccountDatabase {
  const open = new AsyncLocalStorage<Open>()

  async function run<T>(way: Way, work: (tx: Tx) => Promise<T>, model?: string): Promise<T> {
    const outer = open.getStore()
    // Work that a transaction has left behind goes on after it, in one of its own.
    if (outer && !outer.isOver) {
      if (way !== 'read' && model) outer.changed.add(model)
      return work(outer.tx)
    }
    const changed = new Set<string>(way !== 'read' && model ? [model] : [])
    const result = await db[way](async (tx) => {
      const here: Open = { tx, changed, isOver: false }
      const made = await open.run(here, () => work(tx)).finally(() => (here.isOver = true))
      // Of users other processes hear anyway: these are definitions.
      if (changed.has('session')) await db.news.tellIn(tx, 'sessions', null)
      return made
    })
    await tell(changed)
    return result
  }

  async function tell(changed: Set<string>): Promise<void> {
    if (changed.has('user')) await onChanged('user')
    // Those of an account go with it.
    if (changed.has('user') || changed.has('session')) await onChanged('session')
  }

  /** Stands for the transaction that is open when it is used. */
  const current = new Proxy({} as Tx, {
    get(_, key) {
      const tx = open.getStore()?.tx
      if (!tx) return undefined
      const value: unknown = Reflect.get(tx, key)
      return typeof value === 'function' ? (value.bind(tx) as unknown) : value
    },
  })

  return {
    adapter: (options) =>
      adapterOver(drizzleAdapter(current, { provider: 'pg', schema: TABLES })(options), run),
    within: (work) => run('write', work),
    look: (work) => run('read', work),
  }
}

type Run = <T>(way: Way, work: (tx: Tx) => Promise<T>, model?: string) => Promise<T>

/** The same adapter, whose every method opens what it needs. */
function adapterOver(inner: DBAdapter, run: Run): DBAdapter {
  const changing = changesOver(inner, run)
  const methods: DBTransactionAdapter = {
    ...inner,
    ...changing,
    async findOne<T>(given: FindOne) {
      const where = hashedWhere(given.model, given.where)
      const found = await run('read', () => inner.findOne<T>({ ...given, where }))
      return found && shown(found, given.model, wanted(given.where))
    },
    findMany: (given) => {
      const where = hashedWhere(given.model, given.where ?? [])
      return run('read', () => inner.findMany({ ...given, where }))
    },
    count: (given) => run('read', () => inner.count(given)),
  }
  return { ...methods, transaction: (work) => run('write', () => work(methods)) }
}

function changesOver(inner: DBAdapter, run: Run) {
  const change = <T>(model: string, work: () => Promise<T>) =>
    run(DEFINITIONS.has(model) ? 'write' : 'record', work, model)
  const hashed = <T extends { model: string; where: Where[] }>(given: T): T => {
    return { ...given, where: hashedWhere(given.model, given.where) }
  }
  return {
    create: (async (given: Create) => {
      const data = stored(given.model, given.data)
      const made = await change(given.model, () => inner.create({ ...given, data }))
      return shown(made, given.model, given.data)
    }) as DBAdapter['create'],
    async update<T>(given: Update) {
      const update = stored(given.model, given.update)
      const work = () => inner.update<T>({ ...hashed(given), update })
      const updated = await change(given.model, work)
      return updated && shown(updated, given.model, wanted(given.where))
    },
    updateMany(given: Update) {
      const update = stored(given.model, given.update)
      return change(given.model, () => inner.updateMany({ ...hashed(given), update }))
    },
    delete: (given: Delete) => change(given.model, () => inner.delete(hashed(given))),
    deleteMany: (given: Delete) => change(given.model, () => inner.deleteMany(hashed(given))),
    consumeOne: <T>(given: Delete) => change(given.model, () => inner.consumeOne<T>(hashed(given))),
    incrementOne: <T>(given: Increment) => change(given.model, () => inner.incrementOne<T>(given)),
  }
}

type Create = { model: string; data: Record<string, unknown>; select?: string[] }
type FindOne = Parameters<DBAdapter['findOne']>[0]
type Update = Parameters<DBAdapter['update']>[0]
type Delete = Parameters<DBAdapter['delete']>[0]
type Increment = Parameters<DBAdapter['incrementOne']>[0]

function stored(model: string, data: Record<string, unknown>): Record<string, unknown> {
  if (model === 'account') {
    const kept = Object.keys(NO_PROVIDER_TOKENS).filter((key) => key in data)
    return { ...data, ...Object.fromEntries(kept.map((key) => [key, null])) }
  }
  if (model !== 'session' || typeof data['token'] !== 'string') return data
  return { ...data, token: hashToken(data['token']) }
}

function hashedWhere(model: string, where: Where[]): Where[] {
  if (model !== 'session') return where
  return where.map((one) => {
    if (one.field !== 'token') return one
    const value = Array.isArray(one.value)
      ? one.value.map((token) => hashToken(String(token)))
      : hashToken(String(one.value))
    return { ...one, value }
  })
}

/** The token that was asked for: who knows it may go on with it. */
function wanted(where: Where[]): Record<string, unknown> {
  return Object.fromEntries(where.map(({ field, value }) => [field, value]))
}

function shown<T>(row: T, model: string, known: Record<string, unknown>): T {
  const { token } = known
  return model === 'session' && typeof token === 'string' ? { ...row, token } : row
}
