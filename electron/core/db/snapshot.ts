import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { readDefinitions } from './definitions.ts'
import type { Definitions } from './definitions.ts'
import { replaceFile } from './durable.ts'
import { isMissing } from './reasons.ts'
import type { Tx } from './store.ts'

/** All definitions at one revision, as they are in a store or in the file beside it. */
export type Snapshot = {
  /** Grows by one with each write. 0: nothing was ever written. */
  revision: number
  /** The last migration the tables have seen. */
  migration: string
  definitions: Definitions
}

export type SnapshotFile =
  { kind: 'none' } | { kind: 'unreadable'; reason: string } | { kind: 'good'; snapshot: Snapshot }

const fileShape = z.object({
  format: z.literal(1),
  /** Over all the rest, so that a damaged file is not taken for what was saved. */
  sha256: z.string(),
  revision: z.number().int().nonnegative(),
  migration: z.string(),
  definitions: z.record(z.string(), z.array(z.record(z.string(), z.string().nullable()))),
})

export async function readSnapshotFile(path: string): Promise<SnapshotFile> {
  try {
    const file = fileShape.parse(JSON.parse(await readFile(path, 'utf8')))
    if (file.sha256 !== sealOf(file)) throw new Error('its checksum is wrong')
    const { revision, migration, definitions } = file
    return { kind: 'good', snapshot: { revision, migration, definitions } }
  } catch (error) {
    if (isMissing(error)) return { kind: 'none' }
    const reason = error instanceof z.ZodError ? 'it is not a snapshot' : messageOf(error)
    return { kind: 'unreadable', reason }
  }
}

/** On return the file survives a power loss. */
export async function writeSnapshotFile(path: string, snapshot: Snapshot): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(encodeSnapshot(snapshot)))
}

export function encodeSnapshot(snapshot: Snapshot): string {
  const { revision, migration, definitions } = snapshot
  const content = { format: 1, sha256: sealOf(snapshot), revision, migration, definitions }
  return `${JSON.stringify(content, null, 1)}\n`
}

/** Rejects if any definition cannot be read, which is how a broken store shows itself. */
export async function readSnapshot(tx: Tx): Promise<Snapshot> {
  const { rows } = await tx.execute<{ revision: string; migration: string }>(sql`
    select value as revision,
      (select tag from metamcp.migrations order by position desc limit 1) as migration
    from metamcp.revision`)
  const [row] = rows
  if (!row) throw new Error('its revision is missing')
  const definitions = await readDefinitions(tx)
  return { revision: Number(row.revision), migration: row.migration, definitions }
}

export async function raiseRevision(tx: Tx): Promise<void> {
  await tx.execute(sql`update metamcp.revision set value = value + 1`)
}

/**
 * What is wrong with a store that can be read, or null. A snapshot is written after its store, so a
 * store may be ahead of it, and is then right; a store that is behind, or differs, has lost writes.
 */
export function findLoss(store: Snapshot, saved: Snapshot): string | null {
  if (store.revision > saved.revision) return null
  if (store.revision < saved.revision) {
    return `its revision is ${store.revision}, and ${saved.revision} had been saved`
  }
  if (sealOf(store) === sealOf(saved)) return null
  return `its definitions are not those that were saved with revision ${saved.revision}`
}

function sealOf({ revision, migration, definitions }: Snapshot): string {
  // A table without rows is as good as none: a new store has not been asked which tables it has.
  const filled = Object.entries(definitions).filter(([, rows]) => rows.length > 0)
  const tables = filled.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([revision, migration, tables])
  return createHash('sha256').update(text).digest('hex')
}
