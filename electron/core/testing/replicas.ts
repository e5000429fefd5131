import { openAlternating } from './alternating.ts'
import { freePort } from './postgres-server.ts'
import { openTempPostgres } from './temp-postgres.ts'
import { startTempCore, type TempCore, type TempCoreOptions } from './temp-core.ts'

/** What replicas share beside the database. */
const SHARED = {
  secretKey: 'the same key for all the replicas',
  adminToken: 'the-same-admin-token-for-all-replicas',
}

export type Replicas = AsyncDisposable & {
  /** Of the database. */
  url: string
  one: TempCore
  other: TempCore
  start(options?: TempCoreOptions): Promise<TempCore>
}

type ReplicasOptions = TempCoreOptions & {
  /** They are reached at one address, at which each request comes to the other one. */
  isBalanced?: boolean
}

/** Two whole cores, `r1` and `r2`, on one database of the real PostgreSQL, each in its own data folder. */
export async function startReplicas(given: ReplicasOptions = {}): Promise<Replicas> {
  await using made = new AsyncDisposableStack()
  const { isBalanced = false, ...options } = given
  const ports = isBalanced ? [await freePort(), await freePort()] : []
  const publicUrl = isBalanced ? made.use(await openAlternating(ports)).url : null
  let all = made
  const { url } = made.use(await openTempPostgres())
  const start = async (more: TempCoreOptions = {}) =>
    all.use(await startTempCore({ databaseUrl: url, publicUrl, ...SHARED, ...options, ...more }))
  const one = await start({ replica: 'r1', port: ports[0] ?? 0 })
  const other = await start({ replica: 'r2', port: ports[1] ?? 0 })
  const owned = (all = made.move())
  // Only a first start is told a key.
  other.key = one.key
  return { url, one, other, start, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
