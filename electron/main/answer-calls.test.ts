import { createTRPCClient } from '@trpc/client'
import { initTRPC, TRPCError } from '@trpc/server'
import { on, once, EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { ipcLink } from '../../renderer/src/ipc-link.ts'
import type { IpcAnswer, IpcBridge } from '../../shared/ipc.ts'
import { openCalls } from './answer-calls.ts'

type Context = { who: string }

const t = initTRPC.context<Context>().create({ isDev: false })

function makeRouter(events: EventEmitter) {
  return t.router({
    greet: t.procedure
      .input(z.object({ name: z.string() }))
      .query(({ input, ctx }) => ({ text: `${input.name} from ${ctx.who}`, at: new Date(0) })),
    nothing: t.procedure.mutation(() => undefined),
    refuse: t.procedure.mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'Not you.' })
    }),
    odd: t.procedure.query(() => () => 'a function cannot be cloned'),
    wait: t.procedure.query(async ({ signal }) => {
      events.emit('waiting')
      await once(signal ?? new AbortController().signal, 'abort')
      events.emit('let go')
    }),
    numbers: t.procedure.input(z.number()).subscription(async function* ({ input }) {
      for (let number = 1; number <= input; number++) yield await Promise.resolve(number)
      if (input === 0) throw new TRPCError({ code: 'BAD_REQUEST', message: 'No numbers.' })
    }),
    news: t.procedure.subscription(async function* ({ signal }) {
      try {
        for await (const [item] of on(events, 'news', { signal })) yield item as string
      } finally {
        events.emit('news ended')
      }
    }),
    deaf: t.procedure.subscription(async function* () {
      yield 'one'
      await new Promise(() => {})
    }),
  })
}

/** A page and the app with a real message channel between them. */
function connect() {
  const events = new EventEmitter()
  const { port1: page, port2: app } = new MessageChannel()
  const router = makeRouter(events)
  const calls = openCalls<Context>({
    router,
    context: { who: 'app' },
    post: (answer) => app.postMessage(answer),
  })
  app.on('message', (message) => calls.receive(message))
  const bridge = bridgeOver(page)
  const client = createTRPCClient<typeof router>({ links: [ipcLink(bridge)] })
  const dispose = () => {
    calls.close()
    page.close()
  }
  return { events, calls, client, bridge, page, [Symbol.dispose]: dispose }
}

function bridgeOver(page: MessagePort): IpcBridge {
  return {
    send: (request) => page.postMessage(request),
    onAnswer(listener) {
      page.on('message', listener)
      return () => void page.off('message', listener)
    },
  }
}

describe('a call', () => {
  test('carries input and structured values both ways', async () => {
    using world = connect()
    expect(await world.client.greet.query({ name: 'Ann' })).toEqual({
      text: 'Ann from app',
      at: new Date(0),
    })
    expect(await world.client.nothing.mutate()).toBe(undefined)
    expect(world.calls.size).toBe(0)
  })

  test('many at once each get their own answer', async () => {
    using world = connect()
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`)
    const answers = await Promise.all(names.map((name) => world.client.greet.query({ name })))
    expect(answers.map(({ text }) => text)).toEqual(names.map((name) => `${name} from app`))
  })

  test('fails with the code and the message of the router', async () => {
    using world = connect()
    await expect(world.client.refuse.mutate()).rejects.toMatchObject({
      message: 'Not you.',
      data: { code: 'FORBIDDEN', httpStatus: 403, path: 'refuse' },
    })
    // @ts-expect-error the input is wrong
    await expect(world.client.greet.query({})).rejects.toMatchObject({
      data: { code: 'BAD_REQUEST' },
    })
  })

  test('whose result cannot be cloned fails', async () => {
    using world = connect()
    await expect(world.client.odd.query()).rejects.toThrow(/could not be cloned/)
  })

  test('that the page gives up is aborted in the app', async () => {
    using world = connect()
    const abort = new AbortController()
    const letGo = once(world.events, 'let go')
    world.events.once('waiting', () => abort.abort())
    await expect(world.client.wait.query(undefined, { signal: abort.signal })).rejects.toThrow()
    await letGo
    await vi.waitFor(() => expect(world.calls.size).toBe(0))
  })
})

describe('a subscription', () => {
  test('says that it started, yields, and completes', async () => {
    using world = connect()
    const heard: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      world.client.numbers.subscribe(3, {
        onStarted: () => heard.push('started'),
        onData: (number) => heard.push(number),
        onError: reject,
        onComplete: resolve,
      })
    })
    expect(heard).toEqual(['started', 1, 2, 3])
    expect(world.calls.size).toBe(0)
  })

  test('fails with what its generator throws', async () => {
    using world = connect()
    const error = await new Promise((resolve) => {
      world.client.numbers.subscribe(0, { onError: resolve })
    })
    expect(error).toMatchObject({ message: 'No numbers.', data: { code: 'BAD_REQUEST' } })
  })

  test('listens when it says that it started, and ends when the page unsubscribes', async () => {
    using world = connect()
    const ended = once(world.events, 'news ended')
    const first = await new Promise((resolve) => {
      const subscription = world.client.news.subscribe(undefined, {
        onStarted: () => world.events.emit('news', 'first'),
        onData(item) {
          subscription.unsubscribe()
          resolve(item)
        },
      })
    })
    expect(first).toBe('first')
    await ended
    await vi.waitFor(() => expect(world.calls.size).toBe(0))
    expect(world.events.listenerCount('news')).toBe(0)
  })

  test('ends with its page, also when its generator waits for something else', async () => {
    using world = connect()
    const ended = once(world.events, 'news ended')
    await new Promise<void>((resolve) => {
      world.client.news.subscribe(undefined, { onStarted: () => resolve() })
    })
    await new Promise((resolve) => {
      world.client.deaf.subscribe(undefined, { onData: resolve })
    })
    expect(world.calls.size).toBe(2)
    world.calls.close()
    await ended
    await vi.waitFor(() => expect(world.calls.size).toBe(0))
  })
})

describe('the app', () => {
  test('refuses what is not a request', () => {
    using world = connect()
    for (const message of [
      null,
      'call',
      {},
      { kind: 'call', id: '', type: 'query', path: 'greet' },
      { kind: 'call', id: '1', type: 'constructor', path: 'greet' },
      { kind: 'stop', id: 1 },
    ]) {
      expect(() => world.calls.receive(message)).toThrow()
    }
    expect(world.calls.size).toBe(0)
  })

  test('answers a path that does not exist with NOT_FOUND, also one of Object.prototype', async () => {
    using world = connect()
    for (const path of ['nowhere', 'constructor', '__proto__', '']) {
      const answer = new Promise<IpcAnswer>((resolve) => {
        const stop = world.bridge.onAnswer((value) => {
          stop()
          resolve(value)
        })
      })
      world.bridge.send({ kind: 'call', id: `at ${path}`, type: 'query', path })
      expect(await answer).toMatchObject({
        id: `at ${path}`,
        error: { data: { code: 'NOT_FOUND' } },
      })
    }
  })

  test('ignores a stop of a call that it does not know', async () => {
    using world = connect()
    world.bridge.send({ kind: 'stop', id: 'unknown' })
    expect((await world.client.greet.query({ name: 'Ben' })).text).toBe('Ben from app')
  })
})
