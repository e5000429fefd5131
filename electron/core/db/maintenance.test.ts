import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callRow } from '../testing/sample-definitions.ts'
import { openTempDatabase } from '../testing/temp-database.ts'
import { callLog } from './schema.ts'

async function measureLog(dataDir: string): Promise<number> {
  const folder = join(dataDir, 'db', 'pg_wal')
  const names = (await readdir(folder)).filter((name) => /^[0-9A-F]{24}$/.test(name))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

test('the write-ahead log stays bounded while 50,000 rows are recorded', async () => {
  await using database = await openTempDatabase()
  // As long as a row can be without being compressed.
  const row = { ...callRow(), name: 'n'.repeat(1_800) }
  let largest = 0
  for (let batch = 0; batch < 200; batch++) {
    await database.record((tx) => tx.insert(callLog).values(Array.from({ length: 250 }, () => row)))
    if (batch % 10 === 0) largest = Math.max(largest, await measureLog(database.dataDir))
  }
  // Without checkpoints it would be all of the 90 MB that were written.
  expect(largest).toBeLessThan(64 << 20)
  expect(await database.read((tx) => tx.$count(callLog))).toBe(50_000)
}, 60_000)
