import { describe, expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { openEchoPools, testTenant, type EchoPools } from '../testing/echo-pools.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { openScriptedStdio, type ScriptedStdio } from '../testing/scripted-stdio.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import { Subscriptions } from './subscriptions.ts'

/** Subscribing at servers that hang, refuse, break off, or are not for the client any more. */

/**
 * Offers every URI. It hangs on `…hangs`, ends after `…ends`, and instead of giving up `…dies`;
 * never agrees to `…refused`, only in its first life to `…once`, and to `x://of-…` only where that
 * is its name.
 */
const openServer = (name = 'scripted') =>
  openScriptedStdio(({ id, method, params }, reply, send) => {
    const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs')
    const [, program = '', mine = ''] = process.argv
    const capabilities = { resources: { subscribe: true } }
    if (method === 'server/discover') send({ id, error: { code: -32601, message: 'no' } })
    if (method === 'initialize') {
      reply({ protocolVersion: '2025-11-25', capabilities, serverInfo: {} })
    }
    if (method === 'resources/list') reply({ resources: [] })
    if (method === 'resources/templates/list') {
      reply({ resourceTemplates: [{ uriTemplate: 'x://{id}', name: 'all' }] })
    }
    if (method === 'resources/unsubscribe') {
      if (String(params['uri']).endsWith('dies')) process.exit(1)
      reply({})
    }
    if (method !== 'resources/subscribe') return
    const uri = String(params['uri'])
    const isOnce = uri.endsWith('once')
    const isOther = uri.startsWith('x://of-') && uri !== `x://of-${mine}`
    if (uri.endsWith('hangs')) return
    if (uri.endsWith('refused') || isOther || (isOnce && existsSync(`${program}.ran`))) {
      return send({ id, error: { code: -32002, message: 'unknown' } })
    }
    if (isOnce) writeFileSync(`${program}.ran`, '')
    reply({})
    if (uri.endsWith('ends')) setImmediate(() => process.exit(1))
  }, name)

const definitionOf = ({ definition }: ScriptedStdio, fields: object = {}) => ({
  ...definition,
  ...{ args: [...(definition.args ?? []), definition.name], idleConnections: 0 },
  ...fields,
})

/** What was said of subscriptions, in order. */
const told = async (server: ScriptedStdio) =>
  (await server.heard()).flatMap(({ method, params }) => {
    const [what = ''] = /(un)?subscribe$|cancelled$/.exec(String(method)) ?? []
    return what === '' ? [] : [`${what} ${(params as { uri?: string }).uri ?? ''}`.trim()]
  })

const expectTold = (server: ScriptedStdio) => expect.poll(() => told(server), { timeout: 5_000 })

describe.each(['shared', 'session'] as const)('a server that hangs (%s)', (isolation) => {
  test('is told when the client that subscribes leaves, or cancels', async () => {
    await using server = await openServer()
    const file = configFileOf([definitionOf(server, { isolation })])
    await using core = await startTempCore({ file })
    const modern = await openRawClient(core, { era: 'modern' })
    const asked = { notifications: { resourceSubscriptions: ['x://hangs'] } }
    const listening = new AbortController()
    modern
      .request('subscriptions/listen', asked, { signal: listening.signal })
      .catch(() => undefined)
    await expectTold(server).toContain('subscribe x://hangs')
    listening.abort()
    await expectTold(server).toContain('cancelled')

    await using legacy = await openRawClient(core, { era: 'legacy' })
    legacy.request('resources/subscribe', { uri: 'x://also-hangs' }).catch(() => undefined)
    await expectTold(server).toContain('subscribe x://also-hangs')
    await legacy.notify('notifications/cancelled', { requestId: legacy.lastId })
    const cancellations = async () =>
      (await told(server)).filter((what) => what === 'cancelled').length
    await expect.poll(cancellations).toBe(2)
  })
})

function openWorld(world: EchoPools, server: ScriptedStdio, fields: object = {}) {
  const { pools } = world
  const serverId = world.defineServer(definitionOf(server, { isolation: 'session', ...fields }))
  const subscriptions = new Subscriptions({
    ...{ pools, log: openLog('silent'), onNotification: () => undefined },
  })
  const subscriber = { updated: () => undefined }
  const { signal } = new AbortController()
  const common = { serverId, subscriber, tenant: testTenant('one'), signal }
  const topicOf = (uri: string) => ({ kind: 'resource' as const, id: uri })
  return {
    subscriber,
    subscriptions,
    subscribe: (uri: string) => subscriptions.subscribe({ ...common, topic: topicOf(uri) }),
    unsubscribe: (uri: string) => subscriptions.unsubscribe(topicOf(uri), common),
  }
}

test('a server that ends whenever it is subscribed to is started ever more rarely', async () => {
  await using server = await openServer()
  await using world = openEchoPools()
  const { subscriber, subscriptions, subscribe } = openWorld(world, server)
  await subscribe('x://ends')
  const times = async () => (await told(server)).length
  await expect.poll(times, { timeout: 5_000 }).toBe(2)
  const second = performance.now()
  await expect.poll(times, { timeout: 5_000 }).toBe(3)
  expect(performance.now() - second).toBeGreaterThan(700)
  subscriptions.forget(subscriber)
})

test('one that is refused after a restart takes nothing with it, and nothing is kept for it', async () => {
  await using server = await openServer()
  await using world = openEchoPools()
  const { subscribe, unsubscribe } = openWorld(world, server, { idleMs: 1 })
  await subscribe('x://once')
  await subscribe('x://stays')
  await subscribe('x://ends')
  const again = ['subscribe x://once', 'subscribe x://stays', 'subscribe x://ends']
  await expectTold(server).toEqual([...again, ...again])
  await unsubscribe('x://ends')
  for (const uri of ['x://once', 'x://stays']) await unsubscribe(uri)
  await expect.poll(() => world.pools.status('scripted').connections).toBe(0)
})

test.each(['shared', 'session'] as const)(
  'with a server that is gone nothing is subscribed to any more (%s)',
  async (isolation) => {
    await using server = await openServer()
    await using world = openEchoPools()
    const { subscribe, unsubscribe } = openWorld(world, server, { isolation })
    await subscribe('x://dies')
    expect(await unsubscribe('x://dies')).toBe(true)
    expect(await unsubscribe('x://dies')).toBe(false)
  },
)

test('what cannot be had is not subscribed to: nothing is kept for it', async () => {
  await using server = await openServer()
  await using world = openEchoPools()
  const { subscribe } = openWorld(world, server, { idleMs: 1 })
  await expect(subscribe('x://refused')).rejects.toThrow('unknown')
  await expect.poll(() => world.pools.status('scripted').connections).toBe(0)
})

describe.each(['shared', 'session'] as const)('of several servers (%s)', (isolation) => {
  test('the one that agreed is told of the end, and one that is switched off, too', async () => {
    await using first = await openServer('first')
    await using second = await openServer('second')
    const file = configFileOf([first, second].map((one) => definitionOf(one, { isolation })))
    await using core = await startTempCore({ file })
    await using client = await openRawClient(core, { era: 'legacy' })
    await client.listen(['x://of-second'])
    expect(await told(first)).toEqual(['subscribe x://of-second'])
    await client.request('resources/unsubscribe', { uri: 'x://of-second' })
    await expectTold(second).toEqual(['subscribe x://of-second', 'unsubscribe x://of-second'])

    await client.listen(['x://of-second'])
    await expectTold(second).toHaveLength(3)
    const [namespace] = await core.admin.namespaces.list.query()
    const [, off] = namespace?.servers ?? []
    await core.admin.namespaces.update.mutate({
      id: namespace?.id ?? '',
      patch: { servers: [{ serverId: off?.serverId ?? '', enabled: false }] },
    })
    await expectTold(second).toHaveLength(4)
    expect((await told(second)).at(-1)).toBe('unsubscribe x://of-second')
  })
})
