import { setTimeout as delay } from 'node:timers/promises'
import { AppError, type Core, type CoreConfig } from '../../core/index.ts'
import { findRunningCore, type RunningCore } from '../run-file.ts'
import { startAnnounced } from '../start-announced.ts'

/** A core to talk to; `own` when this process runs it, and so has to close it. */
export type Reached = { core: RunningCore; own: Core | null }

/** Milliseconds that another process may take to start its core, or to close it. */
const WAIT_MS = 30_000
const LOOK_AGAIN_MS = 100

/**
 * The core that runs on the data folder, or else one started here. Of several processes that start
 * at the same moment one gets the folder's lock, and the others wait for its core.
 * Rejects with an `AppError` whose message is a sentence for a person.
 */
export async function reachCore(
  dataDir: string,
  makeConfig: () => CoreConfig | Promise<CoreConfig>,
): Promise<Reached> {
  let config: CoreConfig | undefined
  const deadline = Date.now() + WAIT_MS
  for (;;) {
    const core = await findRunningCore(dataDir)
    if (core) return { core, own: null }
    try {
      // Only now: it may take a keychain, which may ask the person.
      config ??= await makeConfig()
      const own = await startOnSomePort(config)
      return { core: { pid: process.pid, ...own.local }, own }
    } catch (error) {
      const isLocked = error instanceof AppError && error.code === 'in-use'
      if (!isLocked || Date.now() > deadline) throw error
    }
    await delay(LOOK_AGAIN_MS)
  }
}

/** A client of ours needs no certain port: when another program has it, any will do. */
async function startOnSomePort(config: CoreConfig): Promise<Core> {
  try {
    return await startAnnounced(config)
  } catch (error) {
    if (!isPortTaken(error)) throw error
    return await startAnnounced({ ...config, port: 0 })
  }
}

function isPortTaken(error: unknown): boolean {
  const { cause } = error instanceof AppError ? error : {}
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}
