import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, inject, test } from 'vitest'
import { openLog } from '../log.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { insertDefinitions } from '../testing/sample-definitions.ts'
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

test('a thread that could not load PostgreSQL says so, and the store is not held to be broken', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-thread-'))
  const templateFile = inject('databaseTemplate')
  const options = { dataDir: folder.path, migrationsDir, templateFile, log: openLog('silent') }
  const first = await openDatabase(options)
  await first.write((tx) => insertDefinitions(tx))
  await first.close()

  const unable = `require('worker_threads').parentPort.postMessage({ kind: 'unloaded', reason: 'no room' })
    setInterval(() => undefined, 1000)`
  const spareThread = prepareThread(() => new Worker(unable, { eval: true }))
  await expect(openDatabase({ ...options, spareThread })).rejects.toThrow(
    /could not be loaded: no room/,
  )

  const again = await openDatabase(options)
  expect(again.recovery).toBeNull()
  await again.close()
})
