import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { openChanges, type Change } from '../changes.ts'
import { createCaller } from '../rpc.ts'
import { statusRouter, type Overview } from './router.ts'

const overview: Overview = {
  version: '1.2.3',
  url: 'http://127.0.0.1:1',
  endpoints: [
    { id: 'e1', name: 'default', url: 'http://127.0.0.1:1/metamcp/default/mcp', needsKey: true },
  ],
  paused: false,
}

/** A subscriber and what it subscribes to; counts who listens. */
function openWorld() {
  const bus = openChanges((error) => {
    throw error
  })
  let listeners = 0
  const changes = {
    publish: bus.publish,
    subscribe(listener: (change: Change) => void) {
      const unsubscribe = bus.subscribe(listener)
      listeners++
      return () => {
        listeners--
        unsubscribe()
      }
    },
  }
  const abort = new AbortController()
  const call = (kind: 'local' | 'anonymous') =>
    createCaller(statusRouter({ status: () => overview, changes, concerns: () => true }))(
      { caller: { kind } },
      { signal: abort.signal },
    )
  return { bus, abort, call, listeners: () => listeners }
}

const server = (id: string): Change => ({ kind: 'server', id })

test('tells the overview', async () => {
  expect(await openWorld().call('local').overview()).toEqual(overview)
})

test('is for management callers only', async () => {
  const world = openWorld()
  await expect(world.call('anonymous').overview()).rejects.toThrow('Managing takes an account')
  await expect(world.call('anonymous').changes()).rejects.toThrow('Managing takes an account')
  expect(world.listeners()).toBe(0)
})

describe('a subscription to changes', () => {
  test('yields each change in order, those of a busy time too', async () => {
    const world = openWorld()
    const news = (await world.call('local').changes())[Symbol.asyncIterator]()
    const first = news.next()
    world.bus.publish(server('a'))
    expect(await first).toEqual({ done: false, value: server('a') })
    world.bus.publish(server('b'))
    world.bus.publish({ kind: 'catalog', serverId: 'b' })
    expect((await news.next()).value).toEqual(server('b'))
    expect((await news.next()).value).toEqual({ kind: 'catalog', serverId: 'b' })
    await news.return?.()
  })

  test('keeps the same news once for a listener that is busy, and tells it anew later', async () => {
    const world = openWorld()
    const news = (await world.call('local').changes())[Symbol.asyncIterator]()
    const first = news.next()
    for (let time = 0; time < 1000; time++) world.bus.publish(server('a'))
    world.bus.publish(server('b'))
    expect((await first).value).toEqual(server('a'))
    expect((await news.next()).value).toEqual(server('b'))
    const next = news.next()
    world.bus.publish(server('a'))
    expect((await next).value).toEqual(server('a'))
    await news.return?.()
  })

  test('ends when aborted, waiting or not, and leaves no listener behind', async () => {
    const world = openWorld()
    const waiting = (await world.call('local').changes())[Symbol.asyncIterator]()
    const busy = (await world.call('local').changes())[Symbol.asyncIterator]()
    const begun = [waiting.next(), busy.next()]
    world.bus.publish(server('a'))
    await Promise.all(begun)
    world.bus.publish(server('b'))
    await waiting.next()
    const end = waiting.next()
    expect(world.listeners()).toBe(2)
    world.abort.abort()
    expect((await end).done).toBe(true)
    await busy.return?.()
    expect(world.listeners()).toBe(0)
    expect(getEventListeners(world.abort.signal, 'abort')).toEqual([])
  })
})
