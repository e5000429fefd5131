import { expect, test } from 'vitest'
import type { UpdateState } from '../../../shared/host.ts'
import type { HostActions } from '../host-actions.ts'
import { createCaller } from '../rpc.ts'
import { startTempCore } from '../testing/temp-core.ts'
import { hostRouter } from './router.ts'

const local = { caller: { kind: 'local' as const } }

test('headless nothing of a host is offered, and asking for it is told in a sentence', async () => {
  await using core = await startTempCore()
  const { host } = core.admin
  expect(await host.abilities.query()).toEqual({ kind: 'headless', abilities: [], update: null })
  await expect(host.openDataFolder.mutate()).rejects.toMatchObject({
    data: { code: 'SERVICE_UNAVAILABLE' },
    message: 'This needs the desktop app: here nobody sits before MetaMCP.',
  })
})

test('a host is asked for what it can, and for nothing else', async () => {
  const done: unknown[] = []
  const actions: HostActions = {
    openFolder: async (path) => void done.push(['openFolder', path]),
    chooseFile: async ({ kind }) => `/chosen/${kind}`,
    quit: () => void done.push('quit'),
  }
  const host = createCaller(hostRouter({ host: actions, dataDir: '/data' }))(local)
  expect(await host.abilities()).toEqual({
    kind: 'desktop',
    abilities: ['openDataFolder', 'chooseFile', 'quit'],
    update: null,
  })
  await host.openDataFolder()
  await host.quit()
  expect(done).toEqual([['openFolder', '/data'], 'quit'])
  const choice = { kind: 'folder', title: 'Where to?' } as const
  expect(await host.chooseFile(choice)).toEqual({ path: '/chosen/folder' })
  await expect(host.restart()).rejects.toThrow('This needs the desktop app')
})

test('news of updates reaches whoever follows what changes', async () => {
  const listeners = new Set<() => void>()
  let state: UpdateState = { kind: 'idle', checkedAt: null }
  const updates = {
    state: () => state,
    check: async () => undefined,
    install: () => undefined,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  await using core = await startTempCore({ hostActions: { updates } })
  const kinds: string[] = []
  core.changes.subscribe(({ kind }) => kinds.push(kind))
  state = { kind: 'ready', version: '9.0.0' }
  for (const listener of listeners) listener()
  expect(kinds).toEqual(['host'])
  expect((await core.admin.host.abilities.query()).update).toEqual(state)
  await core.close()
  expect(listeners.size).toBe(0)
})
