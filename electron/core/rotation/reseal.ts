import { sql } from 'drizzle-orm'
import { readRows, type Row } from '../db/definitions.ts'
import type { Tx } from '../db/open.ts'
import { AppError } from '../errors.ts'
import type { Secrets } from '../secrets.ts'
import { SEALED_PLACES, type Turn } from './sealed-places.ts'

/** A whole text that `Secrets.seal` has made. */
const SEALED = /^v1\.[\w-]{38,}$/

/**
 * Seals all that is sealed with a new key, in the transaction. Returns how many texts there were.
 * Throws an AppError, and so changes nothing, when one does not open, or is in a place not known.
 */
export async function resealAll(tx: Tx, from: Secrets, to: Secrets): Promise<number> {
  const made = new Set<string>()
  const turn: Turn = (sealed, context) => {
    const text = to.seal(from.open(sealed, context), context)
    made.add(text)
    return text
  }
  for (const [table, place] of Object.entries(SEALED_PLACES)) {
    for (const row of (await readRows(tx, table)) ?? []) {
      await updateRow(tx, { table, key: place.key, before: row, after: place.turn(row, turn) })
    }
  }
  for (const table of await tableNames(tx)) {
    const rows = (await readRows(tx, table)) ?? []
    if (rows.some((row) => hasStranger(row, made))) throw unknownPlace(table)
  }
  return made.size
}

type Update = { table: string; key: string; before: Row; after: Row }

async function updateRow(tx: Tx, { table, key, before, after }: Update): Promise<void> {
  const changed = Object.keys(after).filter((name) => after[name] !== before[name])
  for (const name of changed) {
    const isJson = name === 'rows' || name === 'value'
    await tx.execute(sql`
      update public.${sql.identifier(table)}
      set ${sql.identifier(name)} = ${after[name]}::${sql.raw(isJson ? 'json' : 'text')}
      where ${sql.identifier(key)} = ${before[key]}`)
  }
}

/** What a later version has sealed in a place that this one does not know would be lost. */
function hasStranger(row: Row, made: ReadonlySet<string>): boolean {
  return Object.values(row).some((text) => {
    if (text === null) return false
    const isDocument = /^[[{]/.test(text) && text.includes('v1.')
    const leaves = isDocument ? stringsIn(text) : [text]
    return leaves.some((leaf) => SEALED.test(leaf) && !made.has(leaf))
  })
}

function stringsIn(text: string): string[] {
  const found: string[] = []
  try {
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string') found.push(value)
      return value
    })
  } catch {
    // Begins like JSON, and is none: a text of a person's.
  }
  return found
}

async function tableNames(tx: Tx): Promise<string[]> {
  const { rows } = await tx.execute<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = 'public'`,
  )
  // What servers say of themselves is not ours, and may look like anything.
  return rows.map(({ name }) => name).filter((name) => !LEARNT.has(name))
}

const LEARNT = new Set(['tools', 'server_catalogs', 'call_log', 'audit_log'])

function unknownPlace(table: string): AppError {
  const message = `The table "${table}" holds a secret that this version does not know. Nothing was changed.`
  return new AppError('conflict', message)
}
