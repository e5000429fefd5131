import { openTempPostgres } from './temp-postgres.ts'
import { startTempCore, type TempCore, type TempCoreOptions } from './temp-core.ts'

/** What replicas share beside the database. */
const SHARED = {
  secretKey: 'the same key for all the replicas',
  adminToken: 'the-same-admin-token-for-all-replicas',
}

export type Replicas = AsyncDisposable & {
  url: string
  one: TempCore
  other: TempCore
  start(options?: TempCoreOptions): Promise<TempCore>
}

/** Two whole cores, `r1` and `r2`, on one database of the real PostgreSQL, each in its own data folder. */
export async function startReplicas(options: TempCoreOptions = {}): Promise<Replicas> {
  await using made = new AsyncDisposableStack()
  let all = made
  const { url } = made.use(await openTempPostgres())
  const start = async (more: TempCoreOptions = {}) =>
    all.use(await startTempCore({ databaseUrl: url, ...SHARED, ...options, ...more }))
  const one = await start({ replica: 'r1' })
  const other = await start({ replica: 'r2' })
  const owned = (all = made.move())
  // Only a first start is told a key.
  other.key = one.key
  return { url, one, other, start, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
