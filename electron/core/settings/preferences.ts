import { isDeepStrictEqual } from 'node:util'
import {
  DEFAULT_PREFERENCES,
  preferenceFields,
  type Preferences,
} from '../../../shared/preferences.ts'
import type { Changes } from '../changes.ts'
import type { SettingsStore } from './store.ts'

/** What a person chose for the app as a whole. Reading is from memory. */
export interface PreferencesStore {
  get(): Preferences
  /** Only the fields that are named change. */
  set(patch: Partial<Preferences>): Promise<Preferences>
  /** While it is, every endpoint offers nothing. */
  readonly isPaused: boolean
  setPaused(paused: boolean): Promise<void>
  /** After another process has stored others. */
  reload(): Promise<void>
}

export type PreferencesOptions = { settings: SettingsStore; changes: Changes }

export async function openPreferences(options: PreferencesOptions): Promise<PreferencesStore> {
  const { settings, changes } = options
  let chosen = preferencesIn((await settings.get('preferences')) ?? {})
  let isPaused = (await settings.get('paused'))?.paused === true
  return {
    get: () => chosen,
    async set(patch) {
      const next = { ...chosen, ...patch }
      await settings.set('preferences', next)
      chosen = next
      changes.publish({ kind: 'preferences' })
      return next
    },
    get isPaused() {
      return isPaused
    },
    async setPaused(paused) {
      if (paused === isPaused) return
      await settings.set('paused', { paused })
      isPaused = paused
      changes.publish({ kind: 'paused' })
    },
    async reload() {
      const [stored, pause] = [await settings.get('preferences'), await settings.get('paused')]
      const next = preferencesIn(stored ?? {})
      const isOther = !isDeepStrictEqual(next, chosen)
      const wasPaused = isPaused
      chosen = next
      isPaused = pause?.paused === true
      if (isOther) changes.publish({ kind: 'preferences' })
      if (isPaused !== wasPaused) changes.publish({ kind: 'paused' })
    },
  }
}

/** What another version has stored, and this one does not know, is as good as not chosen. */
function preferencesIn(stored: Record<string, unknown>): Preferences {
  const known = Object.entries(preferenceFields).flatMap(([name, field]) => {
    const { success, data } = field.safeParse(stored[name])
    return success ? [[name, data] as const] : []
  })
  return { ...DEFAULT_PREFERENCES, ...(Object.fromEntries(known) as Partial<Preferences>) }
}
