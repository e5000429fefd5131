import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isObject, type JsonObject } from '../json-rpc.ts'
import { PAIRS, startPairs } from '../testing/pairs.ts'
import { openRawClient, type RawClient } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'

/** Clients that cancel, and clients that are gone without a word. */

type Held = { client: RawClient; call: Promise<unknown>; controller: AbortController }

/** A call that the server has begun and does not answer. */
async function holdCall(client: RawClient, key: string): Promise<Held> {
  const controller = new AbortController()
  const begun = Promise.withResolvers<void>()
  const call = client.call(
    'hold',
    { key },
    {
      ...{ signal: controller.signal, meta: { progressToken: key } },
      onNotification: () => begun.resolve(),
    },
  )
  call.catch(() => undefined)
  await begun.promise
  return { client, call, controller }
}

async function cancel({ client, controller }: Held): Promise<void> {
  if (client.era === 'modern') return controller.abort()
  await client.notify('notifications/cancelled', {
    requestId: client.lastId,
    reason: 'changed my mind',
  })
}

type State = { pid: number; cancelled: JsonObject[]; cancelledAt: number[]; held: string[] }

/** Asks until the server has heard of so many cancellations. */
async function untilCancelled(observer: RawClient, count: number): Promise<State> {
  let state = (await observer.call('state')) as State
  const look = async () => {
    state = (await observer.call('state')) as State
    return state.cancelled.length
  }
  await expect.poll(look, { interval: 5, timeout: 10_000 }).toBeGreaterThanOrEqual(count)
  return state
}

let core: TempCore
beforeAll(async () => {
  core = await startPairs({ fields: { isolation: 'shared' }, times: { goneMs: 100 } })
}, 30_000)
afterAll(() => core[Symbol.asyncDispose]())

describe.each(PAIRS)('a %s client at %s', (era, endpoint) => {
  // Shows: cancel-stdio, cancel-http
  test('a cancelled call is cancelled at the server within 100 ms', async () => {
    await using client = await openRawClient(core, { era, endpoint })
    await using observer = await openRawClient(core, { era: 'modern', endpoint })
    const delays: number[] = []
    const { length: before } = ((await observer.call('state')) as State).cancelled
    // The best of some, since the machine may have other things to do.
    for (let round = 1; round <= 5; round++) {
      const held = await holdCall(client, `held-${round}`)
      const at = Date.now()
      await cancel(held)
      const { cancelledAt } = await untilCancelled(observer, before + round)
      delays.push((cancelledAt.at(-1) ?? Infinity) - at)
    }
    expect(Math.min(...delays)).toBeLessThan(100)
  })

  test('a client that is gone has its call cancelled', async () => {
    const client = await openRawClient(core, { era, endpoint })
    await using observer = await openRawClient(core, { era: 'modern', endpoint })
    const { length: before } = ((await observer.call('state')) as State).cancelled
    await holdCall(client, 'left behind')
    client.vanish()
    const state = await untilCancelled(observer, before + 1)
    expect(state.cancelled).toHaveLength(before + 1)
  })
})

test.each(['legacy', 'modern'] as const)(
  'the process of a %s client that is gone ends, others go on',
  async (era) => {
    const endpoint = 'legacy-stdio'
    const fields = { isolation: 'session', idleConnections: 0, idleMs: 300 } as const
    const times = { goneMs: 50, sessionIdleMs: 100, sessionSweepMs: 50 }
    await using core = await startPairs({ servers: [endpoint], fields, times })
    const client = await openRawClient(core, { era, endpoint, info: { name: 'a', version: '1' } })
    const { pid } = (await client.call('state')) as State
    await holdCall(client, 'left behind')
    await using other = await openRawClient(core, { era, endpoint })
    const { pid: otherPid } = (await other.call('state')) as State
    expect(otherPid).not.toBe(pid)
    client.vanish()
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
    expect(isObject(await other.call('state'))).toBe(true)
  },
  30_000,
)

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
