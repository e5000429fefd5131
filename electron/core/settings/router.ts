import { z } from 'zod'
import {
  DEFAULT_PORT,
  settingsPatch,
  type SavedStart,
  type SettingsPatch,
  type SettingsView,
} from '../../../shared/preferences.ts'
import type { StartedWith } from '../config.ts'
import { AppError } from '../errors.ts'
import { adminProcedure, managementProcedure, router } from '../rpc.ts'
import type { PreferencesStore } from './preferences.ts'
import { readSavedStart, tryPort, writeSavedStart } from './saved-start.ts'

export type SettingsRouterOptions = {
  preferences: PreferencesStore
  dataDir: string
  /** Where it listens now. */
  host: string
  port: () => number
  startedWith: StartedWith
  /** Makes clients see what they may; resolves with how many were told. */
  followPause: () => Promise<number>
  /** Makes servers of members follow what these may. */
  followRights: () => void
}

/** What a person chooses for the app as a whole, and the switch that takes all tools away. */
export function settingsRouter(options: SettingsRouterOptions) {
  const { preferences, dataDir, followPause, followRights } = options

  async function view(): Promise<SettingsView> {
    const saved = await readSavedStart(dataDir)
    return { ...preferences.get(), paused: preferences.isPaused, ...startOf(options, saved) }
  }

  async function saveStart(patch: Pick<SettingsPatch, 'port' | 'logLevel'>): Promise<void> {
    refuseFixed(options.startedWith, patch)
    const { port } = patch
    if (port && port !== options.port()) await tryPort(options.host, port)
    await writeSavedStart(dataDir, { ...(await readSavedStart(dataDir)), ...patch })
  }

  return router({
    get: managementProcedure.query(view),

    /** Only the fields that are named change; a `port` or `logLevel` of `null` is the default. */
    set: adminProcedure.input(settingsPatch).mutation(async ({ input }) => {
      const { port, logLevel, ...rest } = input
      const start = {
        ...(port !== undefined && { port }),
        ...(logLevel !== undefined && { logLevel }),
      }
      if (Object.keys(start).length > 0) await saveStart(start)
      // Also for the start's own settings: whoever shows them is told.
      await preferences.set(rest)
      if (rest.membersRunPrograms !== undefined) followRights()
      return view()
    }),

    setPaused: adminProcedure
      .input(z.strictObject({ paused: z.boolean() }))
      .mutation(async ({ input: { paused } }) => {
        await preferences.setPaused(paused)
        return { paused, told: await followPause() }
      }),
  })
}

function startOf({ startedWith, port }: SettingsRouterOptions, saved: SavedStart) {
  const { logLevel, sources } = startedWith
  const now = port()
  return {
    port: {
      now,
      next: sources.port ? now : (saved.port ?? DEFAULT_PORT),
      fixedBy: sources.port ?? null,
    },
    logLevel: {
      now: logLevel,
      next: sources.logLevel ? logLevel : (saved.logLevel ?? 'info'),
      fixedBy: sources.logLevel ?? null,
    },
  }
}

function refuseFixed({ sources }: StartedWith, patch: SavedStart): void {
  for (const name of ['port', 'logLevel'] as const) {
    const fixedBy = sources[name]
    if (patch[name] === undefined || !fixedBy) continue
    throw new AppError('conflict', `${fixedBy} decides this at each start, and wins.`)
  }
}
