import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { call, openEchoPools, report } from '../testing/echo-pools.ts'

const stateNames = (states: { state: string }[]) => states.map(({ state }) => state)

// Shows: stdio-supported
test('a lazy server starts with its first lease; leases at the same time share the start', async () => {
  await using world = openEchoPools()
  const id = world.define()
  expect(world.pools.status(id)).toMatchObject({ state: 'stopped', pid: null, startedAt: null })

  const leases = await Promise.all([1, 2, 3].map(() => world.pools.lease(id)))
  expect(new Set(leases.map(({ connection }) => connection)).size).toBe(1)
  expect(stateNames(world.states(id))).toEqual(['starting', 'running'])
  const status = world.pools.status(id)
  expect(status).toMatchObject({ state: 'running', pid: leases[0]?.connection.pid, error: null })
  expect(status.startMs).toBeLessThanOrEqual(Date.now() - (status.startedAt ?? 0))
})

test('an eager server starts by itself, and who listens hears of its connection', async () => {
  const connected: string[] = []
  await using world = openEchoPools({ onConnected: (id) => void connected.push(id) })
  const id = world.define({}, { start: 'eager' })
  await world.until(() => world.pools.status(id).state === 'running')
  await new Promise(setImmediate)
  expect(connected).toEqual([id])
})

test('servers start side by side: one that hangs costs the others nothing', async () => {
  await using world = openEchoPools()
  const hanging = world.define({ name: 'hanging', hangInInitialize: true })
  const waiting = world.pools.lease(hanging).catch((error: unknown) => error)
  const names = Array.from({ length: 4 }, (_, index) => world.define({ name: `echo-${index}` }))

  await Promise.all(names.map((name) => world.connect(name)))
  expect(world.pools.status(hanging).state).toBe('starting')
  await world.pools.remove(hanging)
  expect(await waiting).toMatchObject({ reason: 'It was removed.' })
})

test('an aborted lease waits no longer, and the start goes on for the others', async () => {
  await using world = openEchoPools()
  await using folder = await temporaryFolder()
  const id = world.define({ waitFor: join(folder.path, 'go') })
  const abort = new AbortController()
  const impatient = world.pools.lease(id, abort.signal)
  const patient = world.pools.lease(id)
  abort.abort(new Error('enough'))
  await expect(impatient).rejects.toThrow('enough')

  await writeFile(join(folder.path, 'go'), '')
  const { connection } = await patient
  expect(await report(connection)).toMatchObject({ pid: connection.pid })
})

test('an unused server is stopped, neither while it is leased nor while it is held', async () => {
  await using world = openEchoPools()
  const id = world.define({}, { idleMs: 30 })
  const letGo = world.pools.hold(id)
  const lease = await world.pools.lease(id)
  letGo()
  // Several times its idle time.
  await call(lease.connection, 'slow', { steps: 1, stepMs: 120 })
  expect(world.pools.status(id).state).toBe('running')

  const again = world.pools.hold(id)
  lease.release()
  lease.release()
  await call(lease.connection, 'slow', { steps: 1, stepMs: 120 })
  expect(world.pools.status(id).state).toBe('running')

  again()
  await world.until(() => world.pools.status(id).state === 'stopped')
  expect(await lease.connection.closed).toBe('It was not used for a while.')
  const next = await world.connect(id)
  expect(next.pid).not.toBe(lease.connection.pid)
})

test('idleMs 0 keeps it running', async () => {
  await using world = openEchoPools()
  const id = world.define({}, { idleMs: 0 })
  const { connection, release } = await world.pools.lease(id)
  release()
  await call(connection, 'slow', { steps: 1, stepMs: 50 })
  expect(world.pools.status(id).state).toBe('running')
})

// Shows: stdio-restart
test('after a first crash the next lease starts it at once', async () => {
  await using world = openEchoPools({ firstRestartDelayMs: 60_000 })
  const id = world.define()
  const first = await world.connect(id)
  await call(first, 'exit', { code: 3 }).catch(() => {})
  expect(world.pools.status(id)).toMatchObject({ state: 'failed', error: 'It exited with code 3.' })

  const second = await world.connect(id)
  expect(second.pid).not.toBe(first.pid)
  expect(await call(second, 'add', { a: 1, b: 1 })).toMatchObject({ structuredContent: { sum: 2 } })
})

test('a SIGKILL in mid-call is a reason, and the next call succeeds', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const held = call(connection, 'hold', { key: 'k' })
  await report(connection)
  process.kill(connection.pid ?? 0, 'SIGKILL')
  await expect(held).rejects.toMatchObject({ reason: 'It was ended by SIGKILL.' })
  expect(await call(await world.connect(), 'echo', { message: 'back' })).toBeTruthy()
})

test('repeated failures: a lease fails at once with the reason and the time of the next try', async () => {
  await using world = openEchoPools({ firstRestartDelayMs: 60_000 })
  const id = world.define({ exitAtStart: { code: 4, stderr: 'no config' } })
  await expect(world.pools.lease(id)).rejects.toMatchObject({
    reason: 'It exited with code 4. It last wrote:\nno config',
  })
  await expect(world.pools.lease(id)).rejects.toThrow('no config')
  const starts = world.states(id).length
  await expect(world.pools.lease(id)).rejects.toMatchObject({
    reason: 'It exited with code 4. It last wrote:\nno config\nIt is tried again in 60 s.',
  })
  expect(world.states(id)).toHaveLength(starts)
})

test('a clock that is put back makes nobody wait for longer', async () => {
  onTestFinished(() => void vi.useRealTimers())
  await using world = openEchoPools({ firstRestartDelayMs: 50 })
  const id = world.define({ exitAtStart: { code: 4 } })
  await expect(world.pools.lease(id)).rejects.toThrow('code 4')
  await expect(world.pools.lease(id)).rejects.toThrow('code 4')
  const starts = world.states(id).length
  vi.useFakeTimers({ now: Date.now() - 3_600_000, toFake: ['Date'] })
  const tried = async () => {
    await world.pools.lease(id).catch(() => undefined)
    return world.states(id).length
  }
  await expect.poll(tried).toBeGreaterThan(starts)
})

test('an eager server restarts by itself until it comes up', async () => {
  await using world = openEchoPools({ firstRestartDelayMs: 5 })
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'repaired')
  const id = world.define({ exitAtStart: { code: 1 }, exitUnless: file }, { start: 'eager' })
  await world.until(() => world.states(id).filter(({ state }) => state === 'failed').length === 3)
  await writeFile(file, '')
  await world.until(() => world.pools.status(id).state === 'running')

  const { pid } = world.pools.status(id)
  process.kill(pid ?? 0, 'SIGKILL')
  await world.until(() => ![pid, null].includes(world.pools.status(id).pid))
})

// Shows: stdio-restart
test('a held server restarts by itself, one that nobody holds does not', async () => {
  await using world = openEchoPools({ firstRestartDelayMs: 1 })
  const [held, free] = [world.define({ name: 'held' }), world.define({ name: 'free' })]
  const letGo = world.pools.hold(held)
  const pids = await Promise.all([held, free].map(async (id) => (await world.connect(id)).pid))
  for (const pid of pids) process.kill(pid ?? 0, 'SIGKILL')
  await world.until(() => ![pids[0], null].includes(world.pools.status(held).pid))
  await world.until(() => world.pools.status(free).state === 'failed')
  expect(stateNames(world.states(free))).toEqual(['starting', 'running', 'failed'])
  letGo()
})

test('service for a while makes earlier failures forgotten', async () => {
  await using world = openEchoPools({ firstRestartDelayMs: 60_000, steadyMs: 0 })
  const id = world.define()
  for (const code of [1, 2, 3]) {
    await call(await world.connect(id), 'exit', { code }).catch(() => {})
    expect(world.pools.status(id).error).toBe(`It exited with code ${code}.`)
  }
})

test('a changed definition ends its connection, the same one again changes nothing', async () => {
  await using world = openEchoPools()
  const id = world.define()
  const connection = await world.connect(id)
  world.define()
  expect(world.pools.status(id).state).toBe('running')

  const call1 = call(connection, 'never')
  await report(connection)
  world.define({}, { env: { OTHER: 'value' } })
  await expect(call1).rejects.toMatchObject({ reason: 'Its definition changed.' })
  expect(world.pools.status(id)).toMatchObject({ state: 'stopped', error: null })
  expect((await world.connect(id)).pid).not.toBe(connection.pid)
})

test('another description ends nothing', async () => {
  await using world = openEchoPools()
  const id = world.define()
  const connection = await world.connect(id)
  world.define({}, { description: 'other' })
  expect(world.pools.status(id).state).toBe('running')
  expect((await world.connect(id)).pid).toBe(connection.pid)
})

test('a changed definition overtakes a start under way', async () => {
  await using world = openEchoPools()
  const id = world.define({ hangInInitialize: true })
  const waiting = world.pools.lease(id)
  world.define({}, { start: 'eager' })
  await expect(waiting).rejects.toMatchObject({ reason: 'Its definition changed.' })
  await world.until(() => world.pools.status(id).state === 'running')
})

test('a server that is switched off or gone says so', async () => {
  await using world = openEchoPools()
  const id = world.define({}, { enabled: false, start: 'eager' })
  expect(world.pools.status(id).state).toBe('disabled')
  await expect(world.pools.lease(id)).rejects.toMatchObject({ reason: 'It is switched off.' })

  world.define({})
  const connection = await world.connect(id)
  await world.pools.remove(id)
  expect(await connection.closed).toBe('It was removed.')
  await expect(world.pools.lease(id)).rejects.toThrow('It was removed.')
})

test('closing ends all of them, also one that is just starting', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define({ name: 'up' }))
  world.define({ name: 'eager', hangInInitialize: true }, { start: 'eager' })
  await world.pools.close()
  expect(await connection.closed).toBe('We are shutting down.')
  await expect(world.pools.lease('up')).rejects.toThrow('We are shutting down.')
})

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'metamcp-pool-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
