import { DEFAULT_PREFERENCES, type SettingsView } from '../../shared/preferences.ts'
import { speak, type Speech } from './words.ts'

type Current = Pick<SettingsView, keyof typeof DEFAULT_PREFERENCES | 'paused'>
type Follower = (now: Current, before: Current | null) => void

/** What a person has set, as last read, and the words in their language. */
export interface Settings {
  readonly current: Current
  readonly speech: Speech
  /** Takes over what is set now, and tells followers of a change. */
  become(now: Current): void
  /** Told of what is set now, and of each change. Returns an unsubscribe. */
  follow(follower: Follower): () => void
}

/** What holds until the core says otherwise. `systemLanguage` is the person's: `zh-CN`. */
export function openSettings(systemLanguage: string): Settings {
  const followers = new Set<Follower>()
  let current: Current = { ...DEFAULT_PREFERENCES, paused: false }
  let speech = speak(systemLanguage)
  return {
    get current() {
      return current
    },
    get speech() {
      return speech
    },
    become(now) {
      const before = current
      current = now
      if (now.language !== before.language) {
        speech = speak(now.language === 'system' ? systemLanguage : now.language)
      }
      for (const follower of followers) follower(now, before)
    },
    follow(follower) {
      followers.add(follower)
      follower(current, null)
      return () => void followers.delete(follower)
    },
  }
}
