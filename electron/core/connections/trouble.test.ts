import { expect, test } from 'vitest'
import { openEchoPools } from '../testing/echo-pools.ts'

const QUICK = { firstRestartDelayMs: 1, maxRestartDelayMs: 1 }

test('one that runs and stops again and again has a problem of its own', async () => {
  await using world = openEchoPools(QUICK)
  const id = world.define()
  const problems: unknown[] = []
  for (let times = 1; times <= 3; times++) {
    const connection = await world.connect(id)
    expect(world.pools.status(id).problem).toBeNull()
    process.kill(connection.pid ?? 0, 'SIGKILL')
    await world.until(() => world.pools.status(id).state === 'failed')
    problems.push(world.pools.status(id).problem)
    await world.pools.restart(id)
  }
  const killed = { code: 'exited', exitCode: null, signal: 'SIGKILL', lastLine: '' }
  expect(problems).toEqual([
    { ...killed, afterMs: expect.any(Number) },
    { ...killed, afterMs: expect.any(Number) },
    { code: 'stops-often', times: 3, retryAt: expect.any(Number), lastLine: '' },
  ])
})

test('what was wrong is known while it is tried again, and forgotten once it runs', async () => {
  await using world = openEchoPools(QUICK)
  const id = world.define({ exitAtStart: { code: 4, stderr: 'no key' } })
  const failed = await world.connect(id).catch((error: unknown) => error)
  const problem = { code: 'exited', exitCode: 4, lastLine: 'no key' }
  expect(failed).toMatchObject({ name: 'ServerDown', problem })
  expect(world.pools.status(id)).toMatchObject({ state: 'failed', problem, retryAt: null })
  const again = world.pools.restart(id).catch(() => {})
  expect(world.pools.status(id)).toMatchObject({ state: 'starting', problem })
  await again
  world.define({}, { name: id })
  expect(world.pools.status(id)).toMatchObject({ state: 'stopped', problem: null })
})

test('a held server says when it is tried next', async () => {
  await using world = openEchoPools({ firstRestartDelayMs: 60_000 })
  const id = world.define({ exitAtStart: { code: 4 } })
  const release = world.pools.hold(id)
  for (const _ of [1, 2]) await world.pools.restart(id).catch(() => {})
  await world.until(() => (world.pools.status(id).retryAt ?? 0) > Date.now() + 30_000)
  release()
  expect(world.pools.status(id).retryAt).toBeNull()
})

test('starting again ends the process that is there', async () => {
  await using world = openEchoPools()
  const id = world.define()
  const first = await world.connect(id)
  await world.pools.restart(id)
  expect(await first.closed).toBe('It was started again.')
  const second = await world.connect(id)
  expect(second.pid).not.toBe(first.pid)
  expect(world.pools.status(id).lastStartMs).toBeGreaterThan(0)
})

test('what is off cannot be started again', async () => {
  await using world = openEchoPools()
  const id = world.define({}, { enabled: false })
  await expect(world.pools.restart(id)).rejects.toMatchObject({ reason: 'It is switched off.' })
  expect(world.pools.status(id).state).toBe('disabled')
})
