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
  /** Field by field, since another version may know others: see preferences.ts. */
  preferences: z.record(z.string(), z.unknown()),
  paused: z.object({ paused: z.boolean() }),
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
  /** How accounts are made and signed in to; see accounts/account-settings.ts. */
  accounts: z.object({
    /** What better-auth signs and encrypts with, sealed in the context `accounts:secret`. */
    sealedSecret: z.string(),
    signUp: z.enum(['open', 'invite', 'closed']),
    providers: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        issuer: z.string(),
        clientId: z.string(),
        /** Sealed in the context `provider:<id>`. */
        sealedClientSecret: z.string().nullable(),
      }),
    ),
  }),
  /** By namespace, the hashes of tools that somebody has looked at; see trust/reviewed.ts. */
  'reviewed-tools': z.object({ namespaces: z.record(z.string(), z.array(z.string())) }),
  /** See servers/handed-over.ts. */
  'handed-over': z.object({
    servers: z.array(z.object({ id: z.string(), urlHash: z.string(), originHash: z.string() })),
  }),
  /** What we wrote into the files of AI clients, so that it can be taken back. */
  'ai-clients': z.object({
    written: z.array(
      z.object({
        id: z.string(),
        clientId: z.string(),
        kind: z.enum(['connect', 'disconnect']),
        at: z.iso.datetime(),
        path: z.string(),
        madeFolder: z.string().nullable(),
        before: z.string(),
        after: z.string(),
        backup: z.string().nullable(),
        endpointId: z.string(),
        entry: z.string(),
        address: z.string().optional(),
        keyIds: z.array(z.string()),
        removed: z.array(z.string()),
        callsBefore: z.int(),
      }),
    ),
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
