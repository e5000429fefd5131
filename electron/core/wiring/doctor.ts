import { sql } from 'drizzle-orm'
import type { OwnedServer } from '../../../shared/server.ts'
import type { CoreConfig } from '../config.ts'
import { openChildEnv } from '../connections/child-env.ts'
import { openProcessList } from '../connections/process-tree.ts'
import type { ServerAuth } from '../connections/server-auth.ts'
import { tryServer } from '../connections/trial.ts'
import type { Database } from '../db/open.ts'
import { openDoctor, type Doctor } from '../doctor/doctor.ts'
import { checkInstance } from '../doctor/instance.ts'
import type { DoctorRouterOptions } from '../doctor/router.ts'
import type { HttpClients } from './http-clients.ts'
import { rulesOver } from './rules.ts'
import { knownEra } from './start-gateway.ts'
import type { Stores } from './stores.ts'

type DoctorParts = {
  config: Pick<CoreConfig, 'env' | 'log' | 'version'>
  stores: Stores
  http: HttpClients
  /** Credentials that come from a sign-in. */
  auth: ServerAuth
}

/** Looks at servers as pools start theirs: with the same environment, credentials and rules. */
export function openStoredDoctor({ config, stores, http, auth }: DoctorParts): Doctor {
  const { env, log, version } = config
  const rules = rulesOver(stores)
  const childEnv = openChildEnv({ env })
  const listProcesses = openProcessList()
  const haste = new AbortController()
  const doctor = openDoctor({
    tryServer: (server, signal) =>
      tryServer(server, {
        ...{ log, childEnv, listProcesses, auth, signal, haste: haste.signal },
        clientInfo: { name: 'metamcp', version },
        fetch: http.forServer(server.id),
        knownEra: knownEra(stores, server.id),
        obstacle: (definition) => rules.obstacleTo(server, definition),
        readEnv: () => (rules.mayReadEnvironment(server.ownerId) ? env : {}),
        mayKnock: (url) => mayKnock(url, { env, isKept: isKept(stores, server) }),
      }),
  })
  return {
    check: doctor.check,
    close() {
      haste.abort()
      return doctor.close()
    },
  }
}

/** Whether what it may reach is limited: see http-clients.ts. */
function isKept({ handedOver }: Stores, server: OwnedServer): boolean {
  return server.ownerId !== null || handedOver.hasGivenAddress(server)
}

type Ways = { env: CoreConfig['env']; isKept: boolean }

function mayKnock({ hostname }: URL, { env, isKept: isLimited }: Ways): boolean {
  if (isLimited) return false
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const proxies = [env.http_proxy, env.HTTP_PROXY, env.https_proxy, env.HTTPS_PROXY]
  return isHere || proxies.every((proxy) => !proxy)
}

type LiveParts = Omit<DoctorParts, 'auth' | 'config'> & {
  config: CoreConfig
  db: Database
  oauth: { auth: ServerAuth }
  /** Where programs of this machine reach us. */
  localUrl: string
  port: number
}

/** For the management API of a core that serves. */
export function doctorOf(live: LiveParts): DoctorRouterOptions & AsyncDisposable {
  const { config, stores, db, localUrl, port } = live
  const doctor = openStoredDoctor({ ...live, auth: live.oauth.auth })
  const checkPort = async () => {
    const response = await fetch(`${localUrl}/health`, { signal: AbortSignal.timeout(HEALTH_MS) })
    if (!response.ok) throw new Error(`${localUrl}/health answers HTTP ${response.status}.`)
    return `${port}, answers`
  }
  return {
    doctor,
    servers: () => stores.servers.list(),
    instance: instanceOf({ config, db, checkPort }),
    [Symbol.asyncDispose]: () => doctor.close(),
  }
}

const HEALTH_MS = 5_000

type InstanceParts = {
  config: Pick<CoreConfig, 'dataDir' | 'secretKey'>
  db: Database
  checkPort: () => Promise<string>
}

export function instanceOf({ config, db, checkPort }: InstanceParts) {
  const { dataDir, secretKey } = config
  const { recovery } = db
  return () =>
    checkInstance({
      ...{ dataDir, checkPort, hasGivenKey: secretKey !== null },
      ask: () => db.read((tx) => tx.execute(sql`select 1`)),
      recovery:
        recovery && `The database was rebuilt from its snapshot at this start: ${recovery.reason}.`,
    })
}
