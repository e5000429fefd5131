import { openAccountDatabase } from '../accounts/account-database.ts'
import { startEngine } from '../accounts/engine.ts'
import { openAuthorization } from '../authorization/authorization.ts'
import { openChanges } from '../changes.ts'
import { openLog } from '../log.ts'
import { openRuledLimits } from '../rate-limit.ts'
import { openTempDatabase } from './temp-database.ts'

type Endpoint = { path?: string; options?: { method?: string | string[] } }

/** All that better-auth and its plugins would answer below `/api/auth`, if it were let. */
export async function enginePaths(): Promise<{ method: string; path: string }[]> {
  await using db = await openTempDatabase()
  const url = 'http://127.0.0.1:9'
  const log = openLog('silent')
  const authorization = await openAuthorization({
    ...{ db, log, url, changes: openChanges(() => undefined), note: () => undefined },
    onlyResource: () => null,
    maySee: () => false,
    onEnd: () => undefined,
  })
  const engine = await startEngine({
    ...{ url, origins: [url], secret: 'x'.repeat(64), providers: [] },
    database: openAccountDatabase({ db, onChanged: () => Promise.resolve() }),
    policy: { admit: () => Promise.reject(new Error('nobody')) },
    plugins: await authorization.plugins(),
    rateLimit: openRuledLimits(),
    onReset: () => undefined,
    log,
  })
  return Object.values(engine.api).flatMap((one) => {
    const { path, options } = one as Endpoint
    return path === undefined
      ? []
      : [options?.method ?? 'GET'].flat().map((method) => ({ method, path }))
  })
}
