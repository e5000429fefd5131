import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrationsDir } from '../testing/migrations-dir.ts'

/*
 * While replicas are brought to a new version one after the other, older ones go on with a database
 * that is as the newest wants it: a migration takes nothing away, and asks for nothing new.
 */

const NOT_ADDED =
  /\bdrop (table|column|type|not null)|\brename\b|\btruncate\b|\bset not null\b|\bdelete from\b/i
const NEEDS_A_VALUE = /\badd column\b(?!.*\b(default|generated)\b).*\bnot null\b/i

function statementsAgainst(sql: string): string[] {
  const statements = sql.split('--> statement-breakpoint').map((one) => one.replaceAll(/\s+/g, ' '))
  return statements.filter((one) => NOT_ADDED.test(one) || NEEDS_A_VALUE.test(one))
}

test('what an older version would miss, or not know, is found', () => {
  const found = statementsAgainst(
    [
      'ALTER TABLE "a" DROP COLUMN "b";',
      'ALTER TABLE "a" ADD COLUMN "b" text NOT NULL;',
      `ALTER TABLE "a" ADD COLUMN "b" text DEFAULT '' NOT NULL;`,
      'ALTER TABLE "a" ADD COLUMN "b" text;',
      'ALTER TABLE "a" RENAME TO "b";',
      'CREATE TABLE "a" ("b" text NOT NULL);',
    ].join('--> statement-breakpoint\n'),
  )
  expect(found).toHaveLength(3)
})

test('no migration takes anything away from an older version', async () => {
  const names = (await readdir(migrationsDir)).filter((name) => name.endsWith('.sql'))
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) {
    const sql = await readFile(join(migrationsDir, name), 'utf8')
    expect({ name, against: statementsAgainst(sql) }).toEqual({ name, against: [] })
  }
})
