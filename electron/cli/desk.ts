import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client'
import { setTimeout as delay } from 'node:timers/promises'
import type { CheckableServer, InstanceCheck, ServerCheck } from '../../shared/doctor.ts'
import type { ExportView, ImportedView } from '../../shared/data.ts'
import { AppError, openWorkshop, type AppRouter, type CoreConfig } from '../core/index.ts'
import { findRunningCore, type RunningCore } from '../host/run-file.ts'

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
export async function openDesk(config: CoreConfig, stopping: AbortSignal): Promise<Desk> {
  const deadline = Date.now() + WAIT_MS
  for (;;) {
    const running = await findRunningCore(config.dataDir)
    if (running) return deskAt(running, { env: config.env, stopping })
    try {
      return await ownDesk(config, stopping)
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
    [Symbol.asyncDispose]: () => workshop[Symbol.asyncDispose](),
  }
}

type Caller = { env: CoreConfig['env']; stopping: AbortSignal }

function deskAt(running: RunningCore, { env, stopping }: Caller): Desk {
  const { adminUrl, token } = running
  const api = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${adminUrl}/trpc/frontend`,
        headers: { authorization: `Bearer ${token}` },
      }),
    ],
  })
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
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }

  /** What the management API says is a sentence for a person already. */
  async function told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TRPCClientError)) throw error
      const isAnswer = error.data !== undefined && error.data !== null
      const text = isAnswer
        ? error.message
        : `The MetaMCP at ${adminUrl} (process ${running.pid}) does not answer: ${error.message}.`
      throw new AppError('unavailable', text, { cause: error })
    }
  }
}
