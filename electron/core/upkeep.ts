import type { CoreConfig } from './config.ts'
import type { Following } from './following.ts'
import type { SettingsRouterOptions } from './settings/router.ts'
import type { Stores } from './stores.ts'

export type UpkeepParts = {
  config: CoreConfig
  stores: Stores
  follow: Following
  /** Where it listens. */
  port: number
  /** How many clients have a session now. */
  clients: () => number
}

export type Upkeep = { settings: SettingsRouterOptions }

/** What a person does with the app as a whole: settings, and the care of what it keeps. */
export function openUpkeep(parts: UpkeepParts): Upkeep {
  const { config, stores, follow, port, clients } = parts
  const { dataDir, host, startedWith = { logLevel: 'info', sources: {} } } = config
  return {
    settings: {
      ...{ dataDir, host, startedWith },
      preferences: stores.preferences,
      port: () => port,
      async followPause() {
        await follow.endpoints()
        return clients()
      },
    },
  }
}
