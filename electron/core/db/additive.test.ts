import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrationsDir } from '../testing/migrations-dir.ts'

/*
 * While replicas are brought to a new version one after the other, older ones go on with a database
 * that is as the newest wants it: a migration takes nothing away, and asks for nothing new.
 */

const NOT_ADDED = [
  /\bdrop (table|column|type|not null|constraint|default|view|sequence|function)\b/i,
  /\brename\b|\btruncate\b|\bset not null\b|\bset data type\b/i,
  /^(update|delete from)\b/i,
  /\badd column\b(?!.*\b(default|generated)\b).*\bnot null\b/i,
]
const LIMIT =
  /\balter table (\S+) add (?:constraint \S+ )?(?:unique|check|exclude|primary key)\b|\bcreate unique index\b.* on (\S+)/i
const LIMITED_COLUMN = /\badd column\b.*\b(unique|check)\b/i
const NEW_TABLE = /^create table (?:if not exists )?(\S+)/i

/*
 * `drop index` is not among these: an older version finds all that it did, if in more time. Limits
 * that an index keeps are constraints here.
 */

/** What was looked at, and that an older version does not notice. */
const EXCEPTIONS: Record<string, readonly string[]> = {
  // Names are unique for each owner. An older version knows no owners: to it they are as before.
  '0004_accounts.sql': ['api_keys', 'endpoints', 'namespaces', 'servers'].flatMap((table) => [
    `ALTER TABLE "${table}" DROP CONSTRAINT "${table}_name_unique"`,
    `ALTER TABLE "${table}" ADD CONSTRAINT "${table}_owner_name" UNIQUE NULLS NOT DISTINCT("owner_id","name")`,
  ]),
  // It writes whole numbers, which this type has as well, and reads what it shows as a number.
  '0005_curation.sql': [
    'ALTER TABLE "call_log" ALTER COLUMN "duration_ms" SET DATA TYPE double precision',
  ],
}

function statementsAgainst(sql: string): string[] {
  const statements = sql
    .split(/--> statement-breakpoint|;/)
    .map((one) => one.replaceAll(/\s+/g, ' ').trim())
  const isNew = new Set(statements.map((one) => NEW_TABLE.exec(one)?.[1]))
  return statements.filter((one) => {
    const [limit, ...tables] = LIMIT.exec(one) ?? []
    const isLimit = limit !== undefined && !tables.some((table) => table && isNew.has(table))
    return isLimit || LIMITED_COLUMN.test(one) || NOT_ADDED.some((words) => words.test(one))
  })
}

const AGAINST = [
  'ALTER TABLE "a" DROP COLUMN "b"',
  'ALTER TABLE "a" ADD COLUMN "b" text NOT NULL',
  'ALTER TABLE "a" RENAME TO "b"',
  'ALTER TABLE "a" DROP CONSTRAINT "a_b_unique"',
  'ALTER TABLE "a" ALTER COLUMN "b" SET DATA TYPE integer',
  'ALTER TABLE "a" ALTER COLUMN "b" DROP DEFAULT',
  'ALTER TABLE "a" ALTER COLUMN "b" SET NOT NULL',
  'ALTER TABLE "a" ADD CONSTRAINT "a_b_unique" UNIQUE("b")',
  'ALTER TABLE "a" ADD CONSTRAINT "a_b_small" CHECK ("b" < 5)',
  'ALTER TABLE "a" ADD COLUMN "b" text UNIQUE',
  'CREATE UNIQUE INDEX "a_b" ON "a" USING btree ("b")',
  `UPDATE "a" SET "b" = ''`,
  'DELETE FROM "a"',
]
const ADDED = [
  `ALTER TABLE "a" ADD COLUMN "b" text DEFAULT '' NOT NULL`,
  'ALTER TABLE "a" ADD COLUMN "b" text',
  'CREATE TABLE "c" ( "b" text NOT NULL, CONSTRAINT "c_b_unique" UNIQUE("b") )',
  'CREATE UNIQUE INDEX "c_b" ON "c" USING btree ("b")',
  'CREATE INDEX "a_b" ON "a" USING btree ("b")',
  'DROP INDEX "a_b"',
  'ALTER TABLE "c" ADD CONSTRAINT "c_a_fk" FOREIGN KEY ("a") REFERENCES "a"("b") ON DELETE set null ON UPDATE no action',
]

test('what an older version would miss, or not know, is found', () => {
  const sql = [...AGAINST, ...ADDED].join(';--> statement-breakpoint\n')
  expect(statementsAgainst(sql)).toEqual(AGAINST)
})

test('no migration takes anything away from an older version', async () => {
  const names = (await readdir(migrationsDir)).filter((name) => name.endsWith('.sql'))
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) {
    const sql = await readFile(join(migrationsDir, name), 'utf8')
    const against = new Set(EXCEPTIONS[name])
    expect({ name, against: new Set(statementsAgainst(sql)) }).toEqual({ name, against })
  }
})
