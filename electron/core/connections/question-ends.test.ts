import { expect, test } from 'vitest'
import { openEchoPools, testTenant } from '../testing/echo-pools.ts'
import type { EchoPools } from '../testing/echo-pools.ts'
import { openScriptedStdio } from '../testing/scripted-stdio.ts'
import type { Ask, Connection, RequestOptions } from './connection.ts'

/** Until when a question that names no request of ours stays open. */

/** Asks for the sake of "first" when it hears of "second"; "both" ends both, "slow" takes its time. */
const openAsking = () =>
  openScriptedStdio(({ id, method, params, text }, reply, send) => {
    const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} }
    const memory = globalThis as { first?: number; told?: string }
    const { name, asks = 'elicitation/create' } = params
    const ask = () => send({ id: 'q', method: asks, params: { message: 'go on?' } })
    const pause = 200
    if (method === 'server/discover') send({ id, error: { code: -32601, message: 'no' } })
    if (method === 'initialize') reply(hello)
    if (name === 'first') memory.first = Number(id)
    if (name === 'second' || name === 'both') ask()
    if (name === 'second' || name === 'both') reply({ content: [] })
    if (name === 'both') send({ id: memory.first, result: { content: [] } })
    if (name === 'told') reply({ told: memory.told })
    if (name === 'slow') setTimeout(ask, pause)
    if (name === 'slow') memory.first = Number(id)
    if (method !== undefined) return
    memory.told = text
    setTimeout(() => send({ id: memory.first, result: { told: text } }), pause)
  })

async function connect(world: EchoPools, id: string, how: string): Promise<Connection> {
  const tenant = testTenant('one', { elicitation: {}, roots: {} })
  const lease = await world.pools.lease(id, undefined, how === 'own' ? tenant : undefined)
  expect(lease.connection.isShared).toBe(how !== 'own')
  return lease.connection
}

/** A client that is asked, and answers when the test says so. */
function client(connection: Connection) {
  const asked = Promise.withResolvers<AbortSignal>()
  const answer = Promise.withResolvers<void>()
  const ask: Ask = async (_, { signal }) => {
    asked.resolve(signal)
    await answer.promise
    return { action: 'accept' }
  }
  const owner = {}
  const use = (params: object, options: RequestOptions = {}) =>
    connection.request('tools/call', { ...params }, { owner, ask, ...options })
  return { use, asked: asked.promise, answer: answer.resolve }
}

const KINDS = ['shared', 'own']
const definedFor = (how: string) => ({
  isolation: how === 'own' ? ('session' as const) : ('shared' as const),
})

test.each(KINDS)('on a connection that is %s it outlives one of two calls', async (how) => {
  await using server = await openAsking()
  await using world = openEchoPools()
  const id = world.defineServer({ ...server.definition, ...definedFor(how) })
  const { use, asked, answer } = client(await connect(world, id, how))
  const first = use({ name: 'first' })
  await use({ name: 'second' })
  const signal = await asked
  expect(signal.aborted).toBe(false)
  answer()
  const { told } = await first
  expect(JSON.parse(String(told))).toMatchObject({ id: 'q', result: { action: 'accept' } })
})

test.each(KINDS)('on a connection that is %s it does not outlive them all', async (how) => {
  await using server = await openAsking()
  await using world = openEchoPools()
  const id = world.defineServer({ ...server.definition, ...definedFor(how) })
  const { use, asked } = client(await connect(world, id, how))
  await Promise.all([use({ name: 'first' }), use({ name: 'both' })])
  expect((await asked).aborted).toBe(true)
  const { told } = await use({ name: 'told' })
  expect(JSON.parse(String(told))).toMatchObject({ id: 'q', error: { code: -32603 } })
})

test('roots that are asked for on an own connection belong to no call', async () => {
  await using server = await openAsking()
  await using world = openEchoPools()
  const id = world.defineServer({ ...server.definition, ...definedFor('own') })
  const { use, asked, answer } = client(await connect(world, id, 'own'))
  await Promise.all([use({ name: 'first' }), use({ name: 'both', asks: 'roots/list' })])
  expect((await asked).aborted).toBe(false)
  answer()
  await expect.poll(async () => (await server.lines()).at(-1)).toContain('"action":"accept"')
})

test.each(KINDS)('on a connection that is %s it winds the clocks of its calls', async (how) => {
  await using server = await openAsking()
  await using world = openEchoPools()
  const id = world.defineServer({ ...server.definition, ...definedFor(how) })
  const { use, answer } = client(await connect(world, id, how))
  answer()
  // The server takes 200 ms to ask, and as long to go on.
  expect(await use({ name: 'slow' }, { timeoutMs: 350 })).toMatchObject({
    told: expect.stringContaining('accept') as string,
  })
})

test('a server has so many open at once, each under an id of its own', async () => {
  await using server = await openScriptedStdio(({ id, method, params, text }, reply, send) => {
    const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} }
    const memory = globalThis as { call?: number; refused?: string[] }
    const ask = (number: number) => send({ id: number, method: 'elicitation/create', params: {} })
    if (method === 'server/discover') send({ id, error: { code: -32601, message: 'no' } })
    if (method === 'initialize') reply(hello)
    if (params['name'] === 'many') {
      Object.assign(memory, { call: id, refused: [] })
      ask(0)
      ask(0)
      for (let number = 1; number < 260; number++) ask(number)
    }
    if (method !== undefined) return
    if (memory.refused?.push(text) === 5) {
      send({ id: memory.call, result: { refused: memory.refused } })
    }
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(server.definition))
  const signals: AbortSignal[] = []
  const ask: Ask = (_, { signal }) => new Promise(() => signals.push(signal))
  const { refused } = await connection.request('tools/call', { name: 'many' }, { owner: {}, ask })
  const answers = (refused as string[]).map((text) => JSON.parse(text) as object)
  expect(answers).toMatchObject([
    { id: 0, error: { code: -32603, message: expect.stringContaining('this id is') as string } },
    ...[256, 257, 258, 259].map((id) => ({ id, error: { code: -32603 } })),
  ])
  expect(signals).toHaveLength(256)
  expect(signals.every(({ aborted }) => aborted)).toBe(true)
})
