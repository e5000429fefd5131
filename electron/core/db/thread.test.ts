import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { openLog } from '../log.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openDatabase } from './open.ts'
import { prepareThread, startThread } from './thread.ts'

test('a spare thread opens the first database, and the next one starts its own', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-thread-'))
  const templateFile = inject('databaseTemplate')
  const options = { migrationsDir, templateFile, log: openLog('silent') }
  const started: unknown[] = []
  const spareThread = prepareThread(() => {
    const worker = startThread()
    worker.once('message', (message) => started.push(message))
    return worker
  })
  const open = (name: string) =>
    openDatabase({ ...options, dataDir: join(folder.path, name), spareThread })
  const first = await open('a')
  expect(started).toEqual([{ kind: 'ready' }])
  expect(spareThread.take()).toBeNull()
  const second = await open('b')
  await Promise.all([first.close(), second.close()])
})

test('one that has ended meanwhile is given to nobody', async () => {
  const worker = startThread()
  const spare = prepareThread(() => worker)
  await worker.terminate()
  expect(spare.take()).toBeNull()
})
