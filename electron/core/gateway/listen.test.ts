import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MetaKey } from '../json-rpc.ts'
import { openEvents, type EventProbe } from '../testing/event-probe.ts'
import { modern, modernHeaders } from '../testing/http-probe.ts'
import { SERVERS, startPairs } from '../testing/pairs.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { openScriptedModern } from '../testing/scripted-modern.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** `subscriptions/listen` (2026-07-28, "Subscriptions"), message by message. */

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'
const listening = 'subscriptions/listen'

let core: TempCore
beforeAll(async () => {
  core = await startPairs()
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

function open(
  { mcpUrl, key }: TempCore,
  endpoint: string,
  { id, notifications }: { id: unknown; notifications: object },
): Promise<EventProbe> {
  const headers = { authorization: `Bearer ${key}`, ...modernHeaders(listening) }
  return openEvents(mcpUrl(endpoint), {
    headers,
    body: { ...modern(listening, { notifications }), id },
  })
}

const isOf = (method: string) => (event: { json: { method?: string } }) =>
  event.json.method === method

const markOf = ({ json }: EventProbe['events'][number]) =>
  ((json.params ?? json.result)?.['_meta'] as object | undefined)?.[MetaKey.subscriptionId as never]

describe.each(SERVERS)('at %s', (endpoint) => {
  // Shows: subscription-filter, subscription-acknowledged, subscription-id
  test.each([7, 'seven'])('a stream opened as %j brings only what it asked for', async (id) => {
    const uri = 'echo://text'
    await using client = await openRawClient(core, { era: 'modern', endpoint })
    const asked = {
      toolsListChanged: true,
      promptsListChanged: false,
      resourceSubscriptions: [uri],
    }
    await using stream = await open(core, endpoint, { id, notifications: asked })
    const { json } = await stream.event(() => true)
    expect(json).toMatchObject({ method: ACKNOWLEDGED })
    expect(json.params?.['notifications']).toEqual({
      ...{ toolsListChanged: true, resourceSubscriptions: [uri] },
    })
    // Another stream hears the rest: by the time that it does, this one would have.
    const all = { promptsListChanged: true, resourcesListChanged: true }
    await using rest = await open(core, endpoint, { id: 'rest', notifications: all })
    await rest.event(isOf(ACKNOWLEDGED))
    await client.call('change_prompts')
    await rest.event(isOf('notifications/prompts/list_changed'))
    await client.call('change_resources')
    await rest.event(isOf('notifications/resources/list_changed'))
    await client.call('touch', { uri: 'echo://blob' })
    await client.call('touch', { uri })
    await client.call('change_tools')
    await stream.event(isOf('notifications/tools/list_changed'))
    await stream.event(isOf('notifications/resources/updated'))
    const methods = stream.events.map((event) => event.json.method)
    expect(methods.toSorted()).toEqual([
      'notifications/resources/updated',
      ACKNOWLEDGED,
      'notifications/tools/list_changed',
    ])
    expect(new Set(stream.events.map(markOf))).toEqual(new Set([id]))
    expect(new Set(rest.events.map(markOf))).toEqual(new Set(['rest']))
  })
})

// Shows: subscription-acknowledgment-read
test('what the server did not agree to is not promised, and the rest is told', async () => {
  const tools = [{ name: 'tool', inputSchema: { type: 'object' } }]
  const streams: ((method: string, params?: object) => void)[] = []
  await using server = await openScriptedModern({
    [listening]({ body }, stream) {
      const _meta = { [MetaKey.subscriptionId]: body.id }
      const tell = (method: string, params = {}) =>
        stream.send({ method, params: { ...params, _meta } })
      tell(ACKNOWLEDGED, { notifications: { toolsListChanged: true } })
      streams.push(tell)
      return null
    },
    'tools/list': () => ({ tools }),
  })
  await using alone = await startTempCore({ file: configFileOf([server.definition]) })
  const notifications = { toolsListChanged: true, resourceSubscriptions: ['x://one'] }
  await using stream = await open(alone, 'default', { id: 1, notifications })
  const { json } = await stream.event(isOf(ACKNOWLEDGED))
  expect(json.params?.['notifications']).toMatchObject({ toolsListChanged: true })
  expect(json.params?.['notifications']).toMatchObject({ resourceSubscriptions: [] })
  tools.push({ name: 'newer', inputSchema: { type: 'object' } })
  for (const tell of streams) tell('notifications/tools/list_changed')
  await stream.event(isOf('notifications/tools/list_changed'))
})

/** Ends a stream, and expects it to be answered before it is closed. */
async function expectEnd(end: (world: TempCore) => Promise<unknown>): Promise<void> {
  await using world = await startPairs({ servers: ['legacy-stdio'] })
  const asked = { id: 'mine', notifications: { toolsListChanged: true } }
  await using stream = await open(world, 'legacy-stdio', asked)
  await stream.event(isOf(ACKNOWLEDGED))
  await end(world)
  expect(await stream.over).toBe('ended')
  const [torn, last] = stream.events.slice(-2)
  expect(torn?.json).toMatchObject({
    ...{ method: 'notifications/cancelled', params: { requestId: 'mine' } },
  })
  expect(last?.json).toMatchObject({ id: 'mine', result: { resultType: 'complete' } })
  expect([torn, last].map((event) => event && markOf(event))).toEqual(['mine', 'mine'])
}

// Shows: subscription-end, subscription-torn-down
test('a subscription is called off and answered when its endpoint is removed', async () => {
  await expectEnd(async ({ admin }) => {
    const [endpoint] = await admin.endpoints.list.query()
    await admin.endpoints.delete.mutate({ id: endpoint?.id ?? '' })
  })
})

// Shows: subscription-end, subscription-torn-down
test('a subscription is called off and answered when we close', async () => {
  await expectEnd((world) => world.close())
})
