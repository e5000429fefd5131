import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import type { Tx } from './store.ts'

/** A step from one shape of the tables to the next, as drizzle-kit wrote it. */
export type Migration = {
  /** Its file name without `.sql`, for example `0000_begin`. */
  tag: string
  /** SHA-256 of the SQL, hexadecimal; it must never change once released. */
  hash: string
  statements: string[]
}

const journal = z.object({ entries: z.array(z.object({ tag: z.string() })) })

/** In the order in which they are applied. */
export async function readMigrations(migrationsDir: string): Promise<Migration[]> {
  const text = await readFile(join(migrationsDir, 'meta', '_journal.json'), 'utf8')
  const { entries } = journal.parse(JSON.parse(text))
  return Promise.all(entries.map(({ tag }) => readMigration(migrationsDir, tag)))
}

async function readMigration(migrationsDir: string, tag: string): Promise<Migration> {
  const text = await readFile(join(migrationsDir, `${tag}.sql`), 'utf8')
  // A checkout on Windows may have changed the line ends.
  const source = text.replaceAll('\r\n', '\n')
  const hash = createHash('sha256').update(source).digest('hex')
  return { tag, hash, statements: source.split('--> statement-breakpoint') }
}

/**
 * What the store knows of itself, in a PostgreSQL schema of its own: the migrations it has seen and
 * its revision, a number that grows with every change of a definition. amcheck reads tables and
 * indexes for damage.
 */
export async function prepareBookkeeping(tx: Tx, { amcheck = true } = {}): Promise<void> {
  await tx.execute(sql`create schema metamcp`)
  // A PostgreSQL server looks after itself, and lets few create extensions.
  if (amcheck) await tx.execute(sql`create extension amcheck with schema metamcp`)
  await tx.execute(sql`
    create table metamcp.migrations (
      position integer primary key, tag text not null, hash text not null,
      applied_at timestamptz not null default now()
    )`)
  await tx.execute(sql`
    create table metamcp.revision (
      only_row boolean primary key default true check (only_row), value bigint not null
    )`)
  await tx.execute(sql`insert into metamcp.revision (value) values (0)`)
}

export type Applied = Pick<Migration, 'tag' | 'hash'>

export async function readApplied(tx: Tx): Promise<Applied[]> {
  const { rows } = await tx.execute<Applied>(
    sql`select tag, hash from metamcp.migrations order by position`,
  )
  return rows.map(({ tag, hash }) => ({ tag, hash }))
}

export async function applyMigrations(tx: Tx, migrations: Migration[]): Promise<void> {
  const known = await readApplied(tx)
  for (const [index, { tag, hash, statements }] of migrations.entries()) {
    for (const statement of statements) await tx.execute(sql.raw(statement))
    await tx.execute(sql`
      insert into metamcp.migrations (position, tag, hash)
      values (${known.length + index}, ${tag}, ${hash})`)
  }
}

/** The migrations that are still to be applied; an AppError `conflict` if the store is not ours. */
export function pendingMigrations(applied: Applied[], migrations: Migration[], hint: string) {
  for (const [index, { tag, hash }] of applied.entries()) {
    const ours = migrations[index]
    if (ours?.tag === tag && ours.hash === hash) continue
    throw new AppError(
      'conflict',
      `The database was made by a newer or different version of MetaMCP (its step ${tag} is ` +
        `unknown here) and was left as it is. Update the app${hint}.`,
    )
  }
  return migrations.slice(applied.length)
}
