import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sql } from 'drizzle-orm'
import { expect, inject, test } from 'vitest'
import { openLog } from '../log.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import { openDatabase } from './open.ts'
import * as schema from './schema.ts'

test('when PostgreSQL aborts, all who wait and all who come later are told', async () => {
  await using database = await openTempDatabase()
  // Deeper than any stack: its parser ends in a trap of WebAssembly, not in an SQL error.
  const abort = database.read((tx) => tx.execute(sql`select repeat('[', 10000000)::json`))
  const waiting = Array.from({ length: 5 }, () => database.read((tx) => tx.execute(sql`select 1`)))
  const stopped = {
    code: 'unavailable',
    message: expect.stringMatching(/^The database has stopped/),
  }
  const results = await Promise.allSettled([abort, ...waiting])
  expect(results).toEqual(
    Array.from({ length: 6 }, () => ({
      status: 'rejected',
      reason: expect.objectContaining(stopped) as unknown,
    })),
  )
  await expect(database.read((tx) => tx.execute(sql`select 1`))).rejects.toMatchObject(stopped)
})

test('committed rows are there after an abort', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-abort-'))
  const templateFile = inject('databaseTemplate')
  const options = { dataDir: folder.path, migrationsDir, templateFile, log: openLog('silent') }
  const first = await openDatabase(options)
  await first.write((tx) => tx.insert(schema.settings).values({ key: 'a', value: 1 }))
  await first.read((tx) => tx.execute(sql`select repeat('[', 10000000)::json`)).catch(() => {})
  await first.close()
  const second = await openDatabase(options)
  expect(second.recovery).toBeNull()
  expect(await second.read((tx) => tx.$count(schema.settings))).toBe(1)
  await second.close()
})

test('a store that does not open in time is an error, not a wait', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-slow-'))
  const options = {
    dataDir: folder.path,
    migrationsDir,
    templateFile: inject('databaseTemplate'),
    log: openLog('silent'),
  }
  const opening = openDatabase({ ...options, openTimeoutMs: 1 })
  await expect(opening).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('did not answer within 0.001 s'),
  })
  // The lock was given back, and what was begun is no obstacle.
  const database = await openDatabase(options)
  await database.close()
})

test('a long query does not hold up the event loop', async () => {
  await using database = await openTempDatabase()
  using delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  await database.read((tx) => tx.execute(sql`select count(*) from generate_series(1, 1000000)`))
  delays.disable()
  expect(delays.count).toBeGreaterThan(10)
})

test('large values and many parameters pass through the stream whole', async () => {
  await using database = await openTempDatabase()
  const text = 'ü'.repeat(2_000_000)
  const { rows } = await database.read((tx) =>
    tx.execute<{ text: string }>(sql`select ${text} as text`),
  )
  expect(rows[0]?.text === text).toBe(true)
  const values = Array.from({ length: 5_000 }, (_, index) => ({ key: `k${index}`, value: index }))
  await database.write((tx) => tx.insert(schema.settings).values(values))
  expect(await database.read((tx) => tx.$count(schema.settings))).toBe(5_000)
})
