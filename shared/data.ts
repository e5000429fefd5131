import { z } from 'zod'
import { approval } from './server.ts'

/** What is kept where, and what a restart will do to it. */
export type DataInfo = {
  folder: string
  bytes: number
  /** The backup that the next start puts back; `null` for none. */
  pendingRestore: string | null
  /** Whether backups are made here; those of a PostgreSQL server are its own. */
  ownBackups: boolean
}

/** A backup in the data folder, newest first in lists. */
export type BackupView = {
  /** Of its file. */
  name: string
  /** ISO 8601. */
  at: string
  bytes: number
}

export type ExportView = {
  /** A whole `metamcp.json`. */
  text: string
  /** Names that stand for secrets in it, in order: whoever uses it sets them. */
  references: string[]
}

const configText = z.string().max(4_000_000)

export const importInput = z.strictObject({
  text: configText,
  /** What references stand for; others are looked for in the environment. */
  values: z.record(z.string(), z.string().max(100_000)).default({}),
  /** Of an API key whose text nobody has: the import is refused, or done without that key. */
  keysWithoutValue: z.enum(['refuse', 'skip']).default('refuse'),
  ...approval,
})

export const importCheck = z.strictObject({ text: configText })

export type ImportInput = z.infer<typeof importInput>

/** What a file would bring, before anything is done. */
export type ImportCheckView = {
  counts: { servers: number; namespaces: number; endpoints: number; keys: number }
  /** What its servers run, whole. */
  commands: { server: string; command: string; args: string[] }[]
  /** References of servers, and of words to hide, that have no value here. */
  missing: string[]
  /** API keys whose text is not given. */
  keysWithoutValue: string[]
  /** The references that those lack. */
  missingForKeys: string[]
}

export type ImportedView = {
  applied: {
    kind: 'server' | 'namespace' | 'endpoint' | 'api-key'
    name: string
    change: 'created' | 'updated'
  }[]
  /** Names of API keys that were left out. */
  skippedKeys: string[]
}

/** For a report of a fault: no secret is in it. */
export type DiagnosticsView = { fileName: string; text: string }
