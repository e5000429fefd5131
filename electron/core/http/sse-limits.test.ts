import { expect, test } from 'vitest'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { Places } from '../gateway/places.ts'
import { openLog } from '../log.ts'
import { openEvents } from '../testing/event-probe.ts'
import { Closing } from './closing.ts'
import { RateLimits } from './rate-limits.ts'
import { openHttpServer } from './server.ts'
import { Sse } from './sse.ts'

/** Streams before `initialize`, for which nothing of a gateway is needed. */
async function openSse(times: { patienceMs?: number; max?: number }) {
  const server = await openHttpServer({ host: '127.0.0.1', port: 0 }, openLog('silent'))
  const gateway = { places: new Places(null) } as Gateway
  const parts = { limits: new RateLimits(), closing: new Closing(null) }
  const sse = new Sse({ gateway, maxBodyBytes: 1_000, ...parts, ...times })
  const fixed = { caller: 'me', query: new URLSearchParams(), queryKey: null }
  const endpoint = { name: 'e' } as Endpoint
  server.serve((request, response) =>
    Promise.resolve().then(() =>
      sse.open({ request, response, endpoint, ...fixed, checkAgain: () => undefined }),
    ),
  )
  return {
    open: () => openEvents(`http://127.0.0.1:${server.port}/`, {}),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

test('a stream on which nobody initializes ends', async () => {
  await using sse = await openSse({ patienceMs: 50 })
  const stream = await sse.open()
  expect(await stream.over).toBe('ended')
})

test('there are only so many streams at once', async () => {
  await using sse = await openSse({ max: 1 })
  const first = await sse.open()
  expect((await sse.open()).status).toBe(503)
  first.destroy()
  await first.over
  await expect.poll(async () => (await sse.open()).status).toBe(200)
})
