import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { openLog } from '../core/index.ts'
import { openUpdates, type Updater } from './updates.ts'

type Found = Awaited<ReturnType<Updater['checkForUpdates']>>

/** An updater that answers as the test says; it is electron-updater's where the app is packaged. */
function makeUpdates(answer: () => Promise<Found>) {
  const done: string[] = []
  const events = new EventEmitter()
  const updater: Updater = {
    autoInstallOnAppQuit: true,
    on: (event, listener) => events.on(event, listener),
    checkForUpdates: answer,
    quitAndInstall: () => done.push('installed'),
  }
  let isOnline = true
  const updates = openUpdates({
    load: () => Promise.resolve(updater),
    installsOnQuit: () => false,
    isOnline: () => isOnline,
    explain: (reason) => (typeof reason === 'string' ? reason : reason.text),
    endBy(last) {
      done.push('closed')
      last()
    },
    log: openLog('silent'),
  })
  const states: string[] = []
  updates.subscribe(() => states.push(updates.state().kind))
  return {
    ...{ updates, updater, events, done, states },
    goOffline: () => (isOnline = false),
    [Symbol.dispose]: () => updates.close(),
  }
}

test('a newer version is downloaded, and installed once everything is closed', async () => {
  const downloaded = Promise.withResolvers<unknown>()
  using world = makeUpdates(async () => ({
    isUpdateAvailable: true,
    updateInfo: { version: '1.4.0' },
    downloadPromise: downloaded.promise,
  }))
  const checked = world.updates.check()
  await expect.poll(() => world.updates.state().kind).toBe('downloading')
  world.events.emit('download-progress', { percent: 41.7 })
  expect(world.updates.state()).toEqual({ kind: 'downloading', version: '1.4.0', percent: 42 })
  downloaded.resolve([])
  await checked
  expect(world.updates.state()).toEqual({ kind: 'ready', version: '1.4.0' })
  expect(world.states).toEqual(['checking', 'downloading', 'downloading', 'ready'])
  expect(world.updater.autoInstallOnAppQuit).toBe(false)
  world.updates.install()
  expect(world.done).toEqual(['closed', 'installed'])
})

test('without one it is said when that was looked up', async () => {
  using world = makeUpdates(async () => ({
    isUpdateAvailable: false,
    updateInfo: { version: '1.3.0' },
  }))
  await world.updates.check()
  expect(world.updates.state()).toEqual({ kind: 'idle', checkedAt: expect.any(String) as string })
})

test.each([
  [new Error('HttpError: 404 "method: GET url: …/latest.yml"\nheaders: x'), 'no-release'],
  [new Error('Something odd.\n    at somewhere'), 'Something odd'],
])('what fails is told in a few words, and the app goes on', async (error, reason) => {
  using world = makeUpdates(() => Promise.reject(error))
  await world.updates.check()
  expect(world.updates.state()).toEqual({ kind: 'failed', reason, checkedAt: null })
  world.goOffline()
  await world.updates.check()
  expect(world.updates.state()).toMatchObject({ kind: 'failed', reason: 'offline' })
})
