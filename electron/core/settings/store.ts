import { eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from '../db/open.ts'
import { settings } from '../db/schema.ts'

/** Objects throughout: drizzle parses a `json` column once more when it holds a bare string. */
const SETTINGS = {
  /** Set once the first definitions were made, so that deleting them does not bring them back. */
  'first-start': z.object({ at: z.iso.datetime() }),
  /** A known text, sealed: opens only with the key that the data folder's secrets are sealed with. */
  'secret-check': z.object({ sealed: z.string() }),
  /** Which clients were there, and when each key was used last. */
  seen: z.object({
    clients: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        version: z.string().nullable(),
        lastSeenAt: z.iso.datetime(),
        calls: z.int().min(0),
        endpoint: z.string(),
      }),
    ),
    keys: z.record(z.string(), z.object({ at: z.iso.datetime(), client: z.string() })),
  }),
} as const

type Settings = { [K in keyof typeof SETTINGS]: z.infer<(typeof SETTINGS)[K]> }

/** What the program remembers about itself, one typed value per key. */
export interface SettingsStore {
  /** `null` when it was never set. */
  get<K extends keyof Settings>(key: K): Promise<Settings[K] | null>
  set<K extends keyof Settings>(key: K, value: Settings[K]): Promise<void>
}

export function openSettingsStore({ db }: { db: Database }): SettingsStore {
  return {
    async get<K extends keyof Settings>(key: K) {
      const rows = await db.read((tx) => tx.select().from(settings).where(eq(settings.key, key)))
      const [row] = rows
      return row ? (SETTINGS[key].parse(row.value) as Settings[K]) : null
    },
    async set(key, value) {
      await db.write((tx) =>
        tx
          .insert(settings)
          .values({ key, value })
          .onConflictDoUpdate({ target: settings.key, set: { value } }),
      )
    },
  }
}
