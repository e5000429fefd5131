import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RpcNotification } from '../json-rpc.ts'
import { openRawHttp, sendJson } from '../testing/echo-http.ts'
import { startPairs } from '../testing/pairs.ts'
import { openRawClient } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

/** Servers that say a lot, and lists that could mislead. */

const COUNT = 20_000
let core: TempCore
beforeAll(async () => {
  core = await startPairs({ servers: ['legacy-stdio', 'modern-http'] })
}, 30_000)
afterAll(() => core[Symbol.asyncDispose]())

// Shows: progress-flood, logging-flood
test.each(['legacy-stdio', 'modern-http'])(
  'a flood of one call neither loses its end nor keeps others waiting, at %s',
  async (endpoint) => {
    await using client = await openRawClient(core, { era: 'modern', endpoint, logLevel: 'debug' })
    await using other = await openRawClient(core, { era: 'legacy', endpoint: 'legacy-stdio' })
    const last = { progress: 0, log: 0, isInOrder: true }
    const onNotification = ({ method, params = {} }: RpcNotification) => {
      if (method === 'notifications/progress') {
        const progress = Number(params.progress)
        last.isInOrder &&= progress > last.progress
        last.progress = progress
      } else if (method === 'notifications/message') {
        last.log = (params.data as { index: number }).index
      }
    }
    const meta = { progressToken: 'flood' }
    const before = process.memoryUsage().rss
    const flood = client.call('flood', { count: COUNT }, { meta, onNotification })
    let isOver = false
    const over = flood.finally(() => (isOver = true))
    const waits: number[] = []
    do {
      const start = performance.now()
      expect(await other.call('add', { a: 1, b: 1 })).toEqual({ sum: 2 })
      waits.push(performance.now() - start)
    } while (!isOver)
    expect(await over).toBe(`flooded ${COUNT}`)
    expect(last.isInOrder).toBe(true)
    expect(last.progress).toBe(COUNT)
    if (endpoint === 'modern-http') expect(last.log).toBe(COUNT)
    // Behind the flood on the same pipe at worst; never for as long as a client would give up.
    expect(Math.max(...waits)).toBeLessThan(10_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 2 ** 20)
  },
  60_000,
)

// Shows: tools-name-case, schema-ref-not-fetched
test('names that differ in case are two tools, and no $ref is followed', async () => {
  await using world = await openRawHttp((_, response) => sendJson(response, { type: 'object' }))
  const inputSchema = { type: 'object', $ref: `${world.origin}/schema.json` }
  const outputSchema = {
    type: 'object',
    properties: { a: { $ref: `${world.origin}/out.json#/a` } },
  }
  const extraTools = ['Read', 'read'].map((name) => ({ name, inputSchema, outputSchema }))
  const file = configFileOf([
    echoServer({ name: 'old', extraTools }),
    echoServer({ name: 'new', era: 'modern', extraTools }),
  ])
  await using own = await startTempCore({ file })
  for (const era of ['legacy', 'modern'] as const) {
    await using client = await openRawClient(own, { era })
    const { tools } = (await client.request('tools/list')) as { tools: { name: string }[] }
    const names = tools.map(({ name }) => name)
    for (const server of ['old', 'new']) {
      for (const name of ['Read', 'read']) {
        expect(names).toContain(`${server}__${name}`)
        // The server says which of its tools it was that was called.
        expect(await client.call(`${server}__${name}`, { x: 1 })).toBe(`${name} {"x":1}`)
      }
    }
  }
  expect(world.seen).toEqual([])
})
