import type { CheckableServer, InstanceCheck, ServerCheck } from '../../../shared/doctor.ts'
import type { ExportView, ImportedView } from '../../../shared/data.ts'
import { openChanges } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import { exportConfig } from '../data/export-config.ts'
import { pendingRestore } from '../data/folder.ts'
import { lockDataDir } from '../db/lock.ts'
import { openDatabase } from '../db/open.ts'
import { requireFreePort } from '../doctor/instance.ts'
import { checkable } from '../doctor/router.ts'
import { AppError, messageOf } from '../errors.ts'
import { openOAuth } from '../oauth/oauth.ts'
import { applyConfigText } from './apply-config.ts'
import { instanceOf, openStoredDoctor } from './doctor.ts'
import { openHttpClients } from './http-clients.ts'
import { rulesOver } from './rules.ts'
import { databaseOptions, openStores } from './stores.ts'
import { definitionsIn } from './upkeep.ts'

/**
 * A data folder that nobody runs on, open for one command: nothing is served, and no server is
 * started that nobody asked for.
 */
export interface Workshop extends AsyncDisposable {
  /** As `--config` does at a start; `folder` is where paths in it begin. Rejects InvalidInput. */
  apply(text: string, folder: string): Promise<ImportedView['applied']>
  export(): ExportView
  servers(): CheckableServer[]
  check(serverId: string, signal: AbortSignal): Promise<ServerCheck>
  instance(): Promise<InstanceCheck[]>
  /** Resolves with the path of a new backup. */
  backUp(): Promise<string>
}

/** Rejects with an AppError: `in-use` where somebody runs on it. */
export async function openWorkshop(config: CoreConfig): Promise<Workshop> {
  await using opened = new AsyncDisposableStack()
  const { dataDir, env, log, host, port } = config
  const lock = await lockDataDir(dataDir)
  opened.defer(() => lock.release())
  const db = await openDatabase({ ...databaseOptions(config), log })
  opened.defer(() => db.close())
  const changes = openChanges((error) => log.error({ error: messageOf(error) }, 'a listener threw'))
  const stores = await openStores(db, changes, config)
  const http = opened.use(openHttpClients({ config, stores }))
  const rules = rulesOver(stores)
  const oauth = openOAuth({
    ...{ log, url: config.publicUrl ?? `http://127.0.0.1:${port}` },
    envOf: ({ id }) => (rules.mayReadEnvironment(ownerOf(id)) ? env : {}),
    store: stores.signIns,
    serverOf: (id) => stores.servers.get(id),
    fetchFor: http.forSignIn,
    onChange: () => undefined,
  })
  opened.defer(() => oauth.settle())
  const doctor = openStoredDoctor({ config, stores, http, auth: oauth.auth })
  opened.defer(() => doctor.close())
  const running = opened.move()

  function ownerOf(id: string): string | null {
    return stores.servers.get(id)?.ownerId ?? null
  }
  return {
    async apply(text, folder) {
      if ((await pendingRestore(dataDir)) !== null) throw new AppError('conflict', RESTORE_FIRST)
      const applied = await applyConfigText({ text, folder, env, stores, db })
      return applied.map(({ kind, name, change }) => ({ kind, name, change }))
    },
    export: () => exportConfig(definitionsIn(stores)),
    servers: () => stores.servers.list().map(checkable),
    async check(serverId, signal) {
      const server = stores.servers.get(serverId)
      if (!server) throw new AppError('not-found', `There is no server with the id "${serverId}".`)
      return doctor.check(server, signal)
    },
    backUp: () => db.backUp(),
    instance: instanceOf({ config, db, checkPort: () => requireFreePort(host, port) }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const RESTORE_FIRST =
  'A backup is to be put back at the next start, in the place of all that is there: start MetaMCP first.'
