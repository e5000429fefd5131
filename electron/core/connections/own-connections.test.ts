import { expect, test } from 'vitest'
import { startEchoHttp } from '../testing/echo-definition.ts'
import type { EchoPools } from '../testing/echo-pools.ts'
import { call, openEchoPools, report, testTenant } from '../testing/echo-pools.ts'
import type { Connection, Tenant } from './connection.ts'

const SAMPLE = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }
const session = { isolation: 'session' } as const

const leaseFor = (world: EchoPools, tenant: Tenant, id = 'echo') =>
  world.pools.lease(id, undefined, tenant)

async function connectFor(world: EchoPools, tenant: Tenant, id = 'echo'): Promise<Connection> {
  return (await leaseFor(world, tenant, id)).connection
}

test('each session is greeted for by itself, and is asked and told what is its own', async () => {
  const owned: [string, Connection, Tenant][] = []
  await using world = openEchoPools({ onOwnConnected: (...one) => void owned.push(one) })
  world.define({}, session)
  const tenants = [testTenant('one', { roots: {} }), testTenant('two')]
  const connections = await Promise.all(tenants.map((tenant) => connectFor(world, tenant)))
  expect(new Set(connections.map(({ pid }) => pid)).size).toBe(2)
  expect(connections).toMatchObject([{ isShared: false }, { isShared: false }])
  await expect.poll(() => owned.length).toBe(2)
  for (const [index, tenant] of tenants.entries()) {
    expect(owned).toContainEqual(['echo', connections[index], tenant])
  }

  await Promise.all(connections.map((connection) => call(connection, 'ask_later', SAMPLE)))
  await Promise.all(connections.map((connection) => call(connection, 'change_tools')))
  for (const [index, connection] of connections.entries()) {
    const { client, asked, told } = tenants[index] ?? testTenant('none')
    expect(await report(connection)).toMatchObject({
      capabilities: client.capabilities,
      clientInfo: client.info,
    })
    expect(asked).toMatchObject([SAMPLE])
    expect(told).toMatchObject([
      { serverId: 'echo', notification: { method: 'notifications/tools/list_changed' } },
    ])
    const { answers } = await report(connection, 'asked')
    expect(answers).toMatchObject([{ result: { model: client.info?.['name'] } }])
  }
  expect(world.notifications).toEqual([])
})

test('a request in flight is asked before its session is', async () => {
  await using world = openEchoPools()
  world.define({}, session)
  const tenant = testTenant('one')
  const connection = await connectFor(world, tenant)
  const params = { name: 'ask', arguments: SAMPLE }
  const ask = async () => ({ model: 'of the request' })
  const answer = await connection.request('tools/call', params, { owner: tenant, ask })
  expect(answer['structuredContent']).toMatchObject({ result: { model: 'of the request' } })
  expect(tenant.asked).toEqual([])
  const other = await connection.request('tools/call', params, { owner: tenant })
  expect(other['structuredContent']).toMatchObject({ result: { model: 'one', outside: true } })
})

test('leases of one session at once share the start; it is reaped when it is not leased', async () => {
  await using world = openEchoPools()
  world.define({}, { ...session, idleMs: 40, idleConnections: 0 })
  const tenant = testTenant('one')
  const leases = await Promise.all([1, 2].map(() => leaseFor(world, tenant)))
  const [connection] = leases.map((lease) => lease.connection)
  expect(leases[1]?.connection).toBe(connection)
  leases[0]?.release()
  leases[0]?.release()
  // Several times its idle time.
  if (connection) await call(connection, 'slow', { steps: 1, stepMs: 150 })
  expect(world.pools.status('echo').state).toBe('running')
  leases[1]?.release()
  expect(await connection?.closed).toBe('It was not used for a while.')
  expect((await connectFor(world, tenant)).pid).not.toBe(connection?.pid)
})

test('who leaves has nothing left, with all servers and also in a start', async () => {
  await using world = openEchoPools({ knownEra: () => 'legacy' })
  world.define({}, { ...session, idleConnections: 0 })
  world.define({ name: 'other' }, { ...session, idleConnections: 0 })
  world.define({ name: 'slow', delayMs: 60_000 }, { ...session, idleConnections: 0 })
  const [tenant, stays] = [testTenant('one'), testTenant('two')]
  const mine = await Promise.all([
    connectFor(world, tenant, 'echo'),
    connectFor(world, tenant, 'other'),
  ])
  const theirs = await connectFor(world, stays)
  const ends = Promise.allSettled([leaseFor(world, tenant, 'slow'), call(mine[0], 'never')])
  world.pools.leave(tenant)
  const left = { status: 'rejected', reason: { reason: 'Its session has ended.' } }
  expect(await ends).toMatchObject([left, left])
  expect(await mine[1].closed).toBe('Its session has ended.')
  await expect(leaseFor(world, tenant)).rejects.toMatchObject({ reason: 'Its session has ended.' })
  expect(await report(theirs)).toMatchObject({ pid: theirs.pid })
})

test('a failure is the reason of its lease, and the next one starts another', async () => {
  const events: string[] = []
  await using world = openEchoPools({
    onStart: () => events.push('start'),
    onFailure: () => events.push('failure'),
  })
  world.define({}, { ...session, idleConnections: 0 })
  const [one, two] = [testTenant('one'), testTenant('two')]
  const [first, other] = [await connectFor(world, one), await connectFor(world, two)]
  await call(first, 'exit', { code: 3, stderr: 'oops' }).catch(() => {})
  expect(await first.closed).toBe('It exited with code 3. It last wrote:\noops')
  expect(world.pools.stderr('echo')).toContain('oops')
  // The shared one, which told the era, and one of each.
  expect(events).toEqual(['start', 'start', 'start', 'failure'])
  expect((await connectFor(world, one)).pid).not.toBe(first.pid)
  expect(events.at(-1)).toBe('start')
  expect(await connectFor(world, two)).toBe(other)
})

test('processes are kept ready, and greeted for the next session', async () => {
  await using world = openEchoPools()
  world.define({}, { ...session, idleConnections: 2 })
  const one = testTenant('one')
  await connectFor(world, one)
  // The shared one, which told the era, one of a session, and two that wait.
  expect(world.pools.status('echo')).toMatchObject({ state: 'running', connections: 4 })
  expect(world.pools.counts('echo')).toEqual({ starting: 0, running: 2, spare: 2 })
  const two = testTenant('two', { elicitation: {} })
  const second = await connectFor(world, two)
  expect(await report(second)).toMatchObject({ capabilities: { elicitation: {} } })
  expect(world.pools.status('echo').connections).toBe(5)
})

test('they are started with an eager server, and end when nobody uses it', async () => {
  await using world = openEchoPools()
  world.define({}, { ...session, start: 'eager', idleMs: 400 })
  await world.until(() => world.pools.status('echo').state === 'running')
  await new Promise(setImmediate)
  expect(world.pools.status('echo').connections).toBe(2)
  await world.until(() => world.pools.status('echo').connections === 0)
})

test('one that ends before it is needed is replaced, but not for ever', async () => {
  await using world = openEchoPools({ knownEra: () => 'legacy', firstRestartDelayMs: 1 })
  const ended = () => world.logs.filter(({ message }) => message.includes('kept ready')).length
  world.define({ exitAtStart: { code: 1 } }, session)
  await expect(connectFor(world, testTenant('one'))).rejects.toMatchObject({
    reason: 'It exited with code 1.',
  })
  await world.until(() => ended() === 3)
  expect(world.pools.status('echo').connections).toBe(0)
})

test('above the limit unused connections give way; when all are used, a sentence says so', async () => {
  await using world = openEchoPools()
  world.define({}, { ...session, maxConnections: 2 })
  const [one, two, three] = ['one', 'two', 'three'].map((name) => testTenant(name))
  if (!one || !two || !three) throw new Error('unreachable')
  const first = await leaseFor(world, one)
  // The shared connection, which told the era, is used by nobody.
  const second = await leaseFor(world, two)
  expect(world.pools.status('echo').connections).toBe(2)
  await expect(leaseFor(world, three)).rejects.toMatchObject({
    ...{ code: -32603, message: 'The server "echo" has 2 connections, as many as it may have.' },
    data: { server: 'echo', reason: 'too many connections', limit: 2 },
  })
  first.release()
  expect(await connectFor(world, three)).toMatchObject({ isShared: false })
  expect(await first.connection.closed).toBe('It gave way to another connection.')
  expect(await report(second.connection)).toMatchObject({ pid: second.connection.pid })
})

test('there is a limit for all servers together', async () => {
  await using world = openEchoPools({ maxConnections: 3, knownEra: () => 'legacy' })
  for (const name of ['a', 'b']) world.define({ name }, session)
  const [one, two] = [testTenant('one'), testTenant('two')]
  await leaseFor(world, one, 'a')
  const idle = await leaseFor(world, one, 'b')
  idle.release()
  const third = await leaseFor(world, two, 'a')
  await leaseFor(world, two, 'b')
  expect(await idle.connection.closed).toBe('It gave way to another connection.')
  await expect(leaseFor(world, one, 'b')).rejects.toMatchObject({
    data: { server: 'b', reason: 'too many connections', limit: 3 },
  })
  expect(await report(third.connection)).toMatchObject({ pid: third.connection.pid })
})

test('when it does not come out whom a server asks, new sessions get their own', async () => {
  const switched = new Set<string>()
  await using world = openEchoPools({ switched })
  const id = world.define()
  const [one, two] = [testTenant('one'), testTenant('two')]
  const shared = await connectFor(world, one)
  expect(await connectFor(world, two)).toBe(shared)
  await call(shared, 'ask_later', SAMPLE)
  await world.until(() => switched.has(id))
  expect(world.logs).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringMatching(/^it did not/) }),
  )
  expect([one.asked, two.asked]).toEqual([[], []])

  expect(await connectFor(world, one)).toBe(shared)
  const next = testTenant('three')
  const own = await connectFor(world, next)
  expect(own.isShared).toBe(false)
  await call(own, 'ask_later', SAMPLE)
  await call(own, 'ask_later', SAMPLE)
  await report(own)
  expect(next.asked).toHaveLength(2)
  expect((await connectFor(world, testTenant('four', {}))).isShared).toBe(true)

  await using later = openEchoPools({ switched, knownEra: () => 'legacy' })
  later.define()
  expect((await connectFor(later, testTenant('five'))).isShared).toBe(false)
  later.define({}, { env: { OTHER: 'value' } })
  expect([...switched]).toEqual([])
  expect((await connectFor(later, testTenant('six'))).isShared).toBe(true)
})

test('a remote server has a connection for each session whose client it may ask', async () => {
  await using server = await startEchoHttp()
  await using world = openEchoPools()
  world.defineServer(server.definition())
  const [one, two, plain] = [testTenant('one'), testTenant('two'), testTenant('three', {})]
  const mine = await connectFor(world, one)
  const theirs = await connectFor(world, two)
  expect([mine.isShared, theirs.isShared, mine === theirs]).toEqual([false, false, false])
  expect((await connectFor(world, plain)).isShared).toBe(true)
  const answer = await call(mine, 'ask', SAMPLE)
  expect(answer['structuredContent']).toMatchObject({ result: { model: 'one' } })
  expect(two.asked).toEqual([])
})

test('a modern server is shared, whatever was wished', async () => {
  await using world = openEchoPools()
  world.define({ era: 'modern' }, session)
  const tenants = [testTenant('one'), testTenant('two')]
  const [one, two] = await Promise.all(tenants.map((tenant) => connectFor(world, tenant)))
  expect(one).toMatchObject({ era: 'modern', isShared: true })
  expect(two).toBe(one)
  expect(world.pools.status('echo').connections).toBe(1)
})

test('a changed definition ends what sessions had, and off means off for them, too', async () => {
  await using world = openEchoPools()
  world.define({}, session)
  const tenant = testTenant('one')
  const connection = await connectFor(world, tenant)
  world.define({}, { ...session, env: { OTHER: 'value' } })
  expect(await connection.closed).toBe('Its definition changed.')
  expect((await connectFor(world, tenant)).pid).not.toBe(connection.pid)
  world.define({}, { ...session, enabled: false })
  await expect(connectFor(world, tenant)).rejects.toMatchObject({ reason: 'It is switched off.' })
})

test('50 sessions with calls in flight never get what belongs to another', async () => {
  await using world = openEchoPools()
  world.define({ outOfOrder: true }, { isolation: 'shared' })
  const connection = await world.connect()
  const sessions = Array.from({ length: 50 }, (_, owner) => ({ owner: { owner }, seen: new Set() }))
  const answers = sessions.flatMap(({ owner, seen }) =>
    Array.from({ length: 20 }, async (_, index) => {
      const progressToken = `${owner.owner}/${index}`
      const args = { steps: 2, stepMs: 1 }
      await connection.request(
        'tools/call',
        { name: 'slow', arguments: args, _meta: { progressToken } },
        { owner, notify: ({ params }) => void seen.add(params?.['progressToken']) },
      )
      const message = `${owner.owner}/${index}`
      const echoed = { name: 'echo', arguments: { message } }
      const { content } = await connection.request('tools/call', echoed, { owner })
      return (content as [{ text: string }])[0].text === message
    }),
  )
  expect(new Set(await Promise.all(answers))).toEqual(new Set([true]))
  for (const { owner, seen } of sessions) {
    const own = Array.from({ length: 20 }, (_, index) => `${owner.owner}/${index}`)
    expect(seen).toEqual(new Set(own))
  }
})
