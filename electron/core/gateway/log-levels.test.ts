import { expect, test } from 'vitest'
import type { Connection } from '../connections/connection.ts'
import { openLogLevels } from './log-levels.ts'

/** A shared connection to a legacy server that logs, and the levels that it was told. */
function openListener() {
  const told: unknown[] = []
  const connection: Connection = {
    ...{ era: 'legacy', isShared: true, pid: null, hello: { capabilities: { logging: {} } } },
    closed: new Promise(() => undefined),
    close: () => Promise.resolve(),
    notify: () => Promise.resolve(),
    request: (_, params) => {
      told.push(params?.['level'])
      return Promise.resolve({})
    },
  }
  return { told, connection }
}

test('calls that want more, one after the other, are told of once', async () => {
  const levels = openLogLevels(20)
  const { told, connection } = openListener()
  levels.connected(connection)
  const session = {}
  levels.want(session, 'warning')
  for (let call = 0; call < 5; call++) {
    const owner = {}
    levels.want(owner, 'debug')
    levels.forget(owner)
  }
  expect(told).toEqual(['warning', 'debug'])
  await expect.poll(() => told).toEqual(['warning', 'debug', 'warning'])
})

test('the most verbose level that anyone wants counts, and who changes it is counted once', async () => {
  const levels = openLogLevels(1)
  const { told, connection } = openListener()
  levels.connected(connection)
  const [one, other] = [{}, {}]
  levels.want(one, 'info')
  levels.want(other, 'error')
  levels.want(one, 'debug')
  expect(told).toEqual(['info', 'debug'])
  levels.want(one, 'alert')
  await expect.poll(() => told).toEqual(['info', 'debug', 'error'])
  levels.forget(other)
  await expect.poll(() => told).toEqual(['info', 'debug', 'error', 'alert'])
  levels.forget(one)
  levels.forget(one)
  levels.want(other, 'warning')
  expect(told.at(-1)).toBe('warning')
})

test('nobody wants anything: the last level stays', async () => {
  const levels = openLogLevels(1)
  const { told, connection } = openListener()
  levels.connected(connection)
  const owner = {}
  levels.want(owner, 'debug')
  levels.forget(owner)
  const later = openListener()
  levels.want(owner, 'info')
  levels.connected(later.connection)
  await expect.poll(() => told).toEqual(['debug', 'info'])
  expect(later.told).toEqual(['debug', 'info'])
})
