import { expect, test } from 'vitest'
import { openEchoPools, testTenant } from '../testing/echo-pools.ts'

const only = { isolation: 'session' as const, maxConnections: 1 }

async function openWorld() {
  const pids: (number | null)[] = []
  const world = openEchoPools({ onConnected: (_, { pid }) => void pids.push(pid) })
  const id = world.define({}, only)
  const lease = (name: string) => world.pools.lease(id, undefined, testTenant(name))
  return { ...world, id, lease, pids, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

test('a shared connection that somebody holds comes back when there is room again', async () => {
  await using world = await openWorld()
  const letGo = world.pools.hold(world.id)
  // It tells the era first, and then is in the way.
  const tenant = testTenant('one')
  const own = await world.pools.lease(world.id, undefined, tenant)
  expect(own.connection.isShared).toBe(false)
  await world.until(() => world.pids.length === 1)
  own.release()

  world.pools.leave(tenant)
  await expect.poll(() => world.pids.length).toBe(2)
  expect(world.pools.status(world.id)).toMatchObject({ state: 'running', pid: world.pids[1] })
  letGo()
})

test('it does not take the room that was made for another', async () => {
  await using world = await openWorld()
  world.pools.hold(world.id)
  const first = await world.lease('one')
  first.release()
  const second = await world.lease('two')
  expect(await first.connection.closed).toBe('It gave way to another connection.')
  expect(second.connection.isShared).toBe(false)
  expect(world.pools.status(world.id).connections).toBe(1)
})

test('one that nobody holds stays away until it is needed', async () => {
  await using world = await openWorld()
  const tenant = testTenant('one')
  await world.pools.lease(world.id, undefined, tenant)
  const { states } = world
  const before = states(world.id).length
  world.pools.leave(tenant)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(states(world.id).slice(before)).toMatchObject([{ state: 'stopped', connections: 0 }])
})
