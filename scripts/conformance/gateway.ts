import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openLog, startCore } from '../../electron/core/index.ts'
import type { GatewayAccess } from './admin.ts'

/** A whole core on a free port, in a data folder that goes with it. */
export async function startGateway(
  databaseTemplate: string | null,
): Promise<GatewayAccess & AsyncDisposable> {
  await using made = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'metamcp-conformance-'))
  made.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  const core = await startCore({
    dataDir,
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    configFile: null,
    restoreFile: null,
    secretKey: null,
    adminToken: null,
    resourcesDir: resolve(import.meta.dirname, '../../resources'),
    databaseTemplate,
    pageDir: null,
    env: process.env,
    version: '0.0.0-conformance',
    log: openLog('error'),
  })
  made.defer(() => core.close())
  const owned = made.move()
  return {
    url: core.url,
    adminToken: core.adminToken.token,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
