import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { Connection } from '../connections/connection.ts'
import { openPools } from '../connections/pools.ts'
import { RpcError } from '../json-rpc.ts'
import { openLog } from '../log.ts'
import { Catalogs, type StoredCatalogs } from './catalogs.ts'

const ALL = new Set(['tools', 'prompts', 'resources'] as const)

type Kept = { catalog: ServerCatalog | null; triedAt: string | null; error: string | null }

/** What is kept of one server, in memory alone. */
function openStored(kept: Kept): StoredCatalogs {
  return {
    get: () => kept,
    save(_, catalog) {
      Object.assign(kept, { catalog, triedAt: 'now', error: null })
      return Promise.resolve(true)
    },
    saveFailure(_, error) {
      Object.assign(kept, { triedAt: 'now', error })
      return Promise.resolve()
    },
  }
}

function openCatalogs(kept: Kept, pauseMs = 1) {
  const log = openLog('silent')
  const pools = openPools({ log, env: {}, clientInfo: { name: 't', version: '1' } })
  const changes: string[][] = []
  const catalogs = new Catalogs({
    pools,
    log,
    ...{ retryMs: 5, pauseMs },
    stored: openStored(kept),
    onChange: (_, kinds) => changes.push([...kinds]),
  })
  return { catalogs, changes, [Symbol.asyncDispose]: () => pools.close() }
}

function connectionWith(listTools: () => Promise<{ tools: object[] }>, hello = {}): Connection {
  return {
    era: 'legacy',
    isShared: true,
    hello: { capabilities: { tools: {} }, ...hello },
    pid: null,
    closed: new Promise(() => undefined),
    close: () => Promise.resolve(),
    notify: () => Promise.resolve(),
    request: async () => ({ ...(await listTools()) }),
  }
}

const nothing = (): Kept => ({ catalog: null, triedAt: null, error: null })

test('a live connection that could not be read is read again by itself', async () => {
  const kept = nothing()
  await using world = openCatalogs(kept)
  let asked = 0
  const connection = connectionWith(() =>
    asked++ === 0
      ? Promise.reject(new RpcError(-32603, 'not yet'))
      : Promise.resolve({ tools: [{ name: 't' }] }),
  )
  await world.catalogs.welcome('s', connection)
  expect(kept).toMatchObject({ catalog: null, error: 'not yet' })
  await expect.poll(() => kept.catalog?.tools).toEqual([{ name: 't' }])
  expect(kept.error).toBeNull()
})

test('one refused list is read again by itself, while the others are there', async () => {
  const kept = nothing()
  await using world = openCatalogs(kept)
  let asked = 0
  const connection: Connection = {
    ...connectionWith(() => Promise.resolve({ tools: [] })),
    hello: { capabilities: { tools: {}, prompts: {} } },
    request: (method) => {
      if (method === 'prompts/list') return Promise.resolve({ prompts: [{ name: 'p' }] })
      if (asked++ < 2) return Promise.reject(new RpcError(-32603, 'busy'))
      return Promise.resolve({ tools: [{ name: 't' }] })
    },
  }
  await world.catalogs.welcome('s', connection)
  expect(kept.catalog).toMatchObject({ tools: [], prompts: [{ name: 'p' }] })
  await expect.poll(() => kept.catalog?.tools).toEqual([{ name: 't' }])
})

test('a new connection is read once, however many ask for it', async () => {
  await using world = openCatalogs(nothing())
  let asked = 0
  const connection = connectionWith(() => Promise.resolve({ tools: [{ name: `t${asked++}` }] }))
  await Promise.all([
    world.catalogs.welcome('s', connection),
    world.catalogs.welcome('s', connection),
  ])
  await world.catalogs.welcome('s', connection)
  expect(asked).toBe(1)
})

test('changes while a list is read are read once more at its end', async () => {
  const kept = nothing()
  await using world = openCatalogs(kept)
  const first = Promise.withResolvers<{ tools: object[] }>()
  let asked = 0
  const connection = connectionWith(() =>
    asked++ === 0 ? first.promise : Promise.resolve({ tools: [{ name: 'new' }] }),
  )
  const reading = world.catalogs.welcome('s', connection)
  for (let burst = 0; burst < 5; burst++) {
    void world.catalogs.learn('s', connection, new Set(['tools'] as const))
  }
  first.resolve({ tools: [{ name: 'old' }] })
  await reading
  expect(kept.catalog?.tools).toEqual([{ name: 'new' }])
  expect(asked).toBe(2)
})

test('a server that tells of changes whenever it is read is read ever more rarely', async () => {
  await using world = openCatalogs(nothing(), 100)
  const times: number[] = []
  const fourth = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<string>()
  const connection: Connection = {
    ...connectionWith(async () => {
      times.push(performance.now())
      if (times.length === 4) fourth.resolve()
      void world.catalogs.learn('s', connection, new Set(['tools'] as const))
      await setImmediate()
      return { tools: [] }
    }),
    closed: gone.promise,
  }
  const reading = world.catalogs.welcome('s', connection)
  await fourth.promise
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(waits[0]).toBeLessThan(90)
  expect(waits[1]).toBeGreaterThan(90)
  expect(waits[2]).toBeGreaterThan(180)
  // One that is gone is not read any more.
  gone.resolve('gone')
  await reading
  expect(times).toHaveLength(4)
})

test('what a server says of itself counts as a change, though its lists are the same', async () => {
  await using world = openCatalogs(nothing())
  const tools = () => Promise.resolve({ tools: [] })
  await world.catalogs.learn('s', connectionWith(tools, { instructions: 'a' }), ALL)
  await world.catalogs.learn('s', connectionWith(tools, { instructions: 'a' }), ALL)
  await world.catalogs.learn('s', connectionWith(tools, { instructions: 'b' }), ALL)
  expect(world.changes).toEqual([[], []])
})
