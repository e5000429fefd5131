import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CheckableServer, InstanceCheck, ServerCheck } from '../../shared/doctor.ts'
import type { ExportView, ImportedView } from '../../shared/data.ts'
import { AppError, openWorkshop, type CoreConfig } from '../core/index.ts'
import { findRunningCore, type RunningCore } from '../host/run-file.ts'
import { apiOf } from './running-api.ts'

export type ConfigText = {
  text: string
  /** Where paths in it begin. */
  folder: string
}

/** Where commands do their work: at the MetaMCP that runs, or in a data folder that nobody has. */
export interface Desk extends AsyncDisposable {
  /** What runs on the data folder; `null` where nothing does. */
  readonly running: RunningCore | null
  /** All of it or nothing. Rejects with all mistakes as text. */
  apply(file: ConfigText): Promise<Applied>
  export(): Promise<ExportView>
  servers(): Promise<CheckableServer[]>
  check(serverId: string): Promise<ServerCheck>
  instance(): Promise<InstanceCheck[]>
  /** Resolves with the path of a new backup. */
  backUp(): Promise<string>
}

type Applied = {
  changes: ImportedView['applied']
  /** Variables whose values were stored, since who runs does not have them. */
  stored: string[]
}

/** Milliseconds that another process may take to start, or to end. */
const WAIT_MS = 30_000
const LOOK_AGAIN_MS = 100

/** Rejects with an AppError whose message is a sentence for a person. */
export function openDesk(config: CoreConfig, stopping: AbortSignal): Promise<Desk> {
  return openWhereItIs(config, stopping, {
    atRunning: (running) => deskAt(running, { ...config, stopping }),
    inFolder: () => ownDesk(config, stopping),
  })
}

type Ways<T> = { atRunning: (running: RunningCore) => T; inFolder: () => Promise<T> }

/** Whichever it is, also where another process is just starting on the folder, or ending. */
export async function openWhereItIs<T>(
  { dataDir }: CoreConfig,
  stopping: AbortSignal,
  { atRunning, inFolder }: Ways<T>,
): Promise<T> {
  const deadline = Date.now() + WAIT_MS
  for (;;) {
    const running = await findRunningCore(dataDir)
    if (running) return atRunning(running)
    try {
      return await inFolder()
    } catch (error) {
      const isLocked = error instanceof AppError && error.code === 'in-use'
      if (!isLocked || Date.now() > deadline) throw error
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal: stopping })
  }
}

async function ownDesk(config: CoreConfig, stopping: AbortSignal): Promise<Desk> {
  const workshop = await openWorkshop(config)
  return {
    running: null,
    async apply({ text, folder }) {
      return { changes: await workshop.apply(text, folder), stored: [] }
    },
    export: () => Promise.resolve(workshop.export()),
    servers: () => Promise.resolve(workshop.servers()),
    check: (serverId) => workshop.check(serverId, stopping),
    instance: () => workshop.instance(),
    backUp: () => workshop.backUp(),
    [Symbol.asyncDispose]: () => workshop[Symbol.asyncDispose](),
  }
}

type Caller = Pick<CoreConfig, 'env' | 'dataDir'> & { stopping: AbortSignal }

function deskAt(running: RunningCore, { env, dataDir, stopping }: Caller): Desk {
  const { api, told } = apiOf(running)
  const options = { signal: stopping }
  return {
    running,
    apply: ({ text }) =>
      told(async () => {
        const { missing, missingForKeys } = await api.data.checkImport.mutate({ text }, options)
        // Only what is not known there: a reference that is stays one.
        const names = [...new Set([...missing, ...missingForKeys])]
        const values = names.flatMap((name) => {
          const value = env[name]
          return value === undefined ? [] : [[name, value] as const]
        })
        const input = { text, values: Object.fromEntries(values), approve: true }
        const { applied } = await api.data.import.mutate(input, options)
        const stored = missing.filter((name) => Object.hasOwn(input.values, name))
        return { changes: applied, stored }
      }),
    export: () => told(() => api.data.export.query(undefined, options)),
    servers: () => told(() => api.doctor.servers.query(undefined, options)),
    check: (serverId) => told(() => api.doctor.check.mutate({ serverId }, options)),
    instance: () => told(() => api.doctor.instance.query(undefined, options)),
    async backUp() {
      const { name } = await told(() => api.data.backup.mutate(undefined, options))
      return join(dataDir, 'backups', name)
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
