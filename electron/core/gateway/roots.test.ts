import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { startPairs, type ServerKind } from '../testing/pairs.ts'
import { openRawClient } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'

/** Roots are one client's own: of a connection that is shared nobody is told of any. */

const ROOTS_CHANGED = 'notifications/roots/list_changed'

let core: TempCore
beforeAll(async () => {
  const fields = { isolation: 'session', idleConnections: 0, maxConnections: 20 } as const
  core = await startPairs({ servers: ['legacy-stdio', 'legacy-http'], fields })
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

function open(endpoint: ServerKind, uri: string, roots: JsonObject = { listChanged: true }) {
  const answer = () => ({ roots: [{ uri }] })
  return openRawClient(core, { era: 'legacy', endpoint, capabilities: { roots }, answer })
}

type State = { capabilities: JsonObject; notifications: { method: string }[] }

// Shows: roots-permission, roots-changed, roots-declared
test.each(['legacy-stdio', 'legacy-http'] as const)(
  'each session at %s shows its own roots, and says when they change',
  async (endpoint) => {
    await using one = await open(endpoint, 'file:///one')
    await using two = await open(endpoint, 'file:///two')
    for (const [client, uri] of [
      [one, 'file:///one'],
      [two, 'file:///two'],
    ] as const) {
      const got = await client.call('ask', { method: 'roots/list' })
      expect(got).toMatchObject({ result: { roots: [{ uri }] } })
      expect(await client.call('state')).toMatchObject({
        ...{ capabilities: { roots: { listChanged: true } }, notifications: [] },
      })
    }
    await one.notify(ROOTS_CHANGED)
    const told = async () => ((await one.call('state')) as State).notifications
    await expect.poll(told).toMatchObject([{ method: ROOTS_CHANGED }])
    expect(await two.call('state')).toMatchObject({ notifications: [] })
  },
)
