import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents, type EventProbe, type ProbedEvent } from '../testing/event-probe.ts'
import { HELLO, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({ file: configFileOf([echoServer()]), times: { goneMs: 400 } })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

type Headers = Record<string, string>
/** Arguments of a tool; `id` is the request's. */
type Args = Record<string, unknown> & { id?: number }

async function openSession(protocolVersion = '2025-11-25'): Promise<Headers> {
  const { headers } = await probe.send({ body: rpc('initialize', { ...HELLO, protocolVersion }) })
  const session = headers.get('mcp-session-id') ?? ''
  return { authorization: `Bearer ${core.key}`, 'mcp-session-id': session }
}

function call(headers: Headers, name: string, sent: Args = {}): Promise<EventProbe> {
  const { id = 1, ...args } = sent
  const params = { name: `echo__${name}`, arguments: args, _meta: { progressToken: id } }
  return openEvents(core.mcpUrl(), { headers, body: rpc('tools/call', params, id) })
}

function resume(headers: Headers, lastEventId: string): Promise<EventProbe> {
  return openEvents(core.mcpUrl(), { headers: { ...headers, 'last-event-id': lastEventId } })
}

const tool = (headers: Headers, name: string, args: object = {}) =>
  probe.send({ headers, body: rpc('tools/call', { name: `echo__${name}`, arguments: args }, name) })

const isAnswer = ({ json }: ProbedEvent) => json.result !== undefined || json.error !== undefined
const isProgress = ({ json }: ProbedEvent) => json.method === 'notifications/progress'
const steps = (events: readonly ProbedEvent[]) =>
  events.filter(isProgress).map(({ json }) => json.params?.progress)
const lastId = ({ events }: EventProbe) => events.findLast(({ id }) => id !== undefined)?.id ?? ''

/** How many calls the server was told to stop. */
async function cancelled(headers: Headers): Promise<number> {
  const { result } = (await tool(headers, 'state')).json
  return (result as { structuredContent: { cancelled: unknown[] } }).structuredContent.cancelled
    .length
}

async function held(headers: Headers): Promise<unknown> {
  const { result } = (await tool(headers, 'state')).json
  return (result as { structuredContent: { held: unknown } }).structuredContent.held
}

describe('the stream of a call', () => {
  // Shows: http-resume-stream, http-event-id, http-one-stream
  test('broken again and again, it resumes without loss and without repetition', async () => {
    const headers = await openSession()
    const all: ProbedEvent[] = []
    let stream = await call(headers, 'slow', { steps: 120, stepMs: 5 })
    for (const step of [10, 45, 80]) {
      await stream.event((one) => isProgress(one) && Number(one.json.params?.progress) >= step)
      stream.destroy()
      await stream.over
      all.push(...stream.events)
      stream = await resume(headers, lastId(stream))
      expect(stream.status).toBe(200)
    }
    expect(await stream.over).toBe('ended')
    all.push(...stream.events)
    expect(steps(all)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
    expect(all.filter(isAnswer)).toHaveLength(1)
    expect(all.at(-1)?.json.result).toMatchObject({ content: [{ text: 'done after 120 steps' }] })
    const ids = all.filter(({ data }) => data !== '').map(({ id }) => id)
    expect(new Set(ids).size).toBe(121)
  })

  // Shows: http-disconnect
  test('an answer that came while nobody read is there for who comes back', async () => {
    const headers = await openSession()
    const stream = await call(headers, 'hold', { key: 'a' })
    await stream.event(isProgress)
    stream.destroy()
    await stream.over
    expect((await tool(headers, 'free', { key: 'a' })).json.result).toMatchObject({
      content: [{ text: 'freed' }],
    })
    await using again = await resume(headers, lastId(stream))
    expect(await again.over).toBe('ended')
    const messages = again.events.filter(({ data }) => data !== '')
    expect(messages).toMatchObject([{ json: { id: 1, result: { content: [{ text: 'let go' }] } } }])
  })

  test('an older event brings everything after it once more', async () => {
    const headers = await openSession()
    const stream = await call(headers, 'slow', { steps: 5 })
    expect(await stream.over).toBe('ended')
    const [priming] = stream.events
    await using again = await resume(headers, priming?.id ?? '')
    expect(await again.over).toBe('ended')
    expect(again.events).toEqual(stream.events)
  })

  // Shows: http-event-id-stream, http-related
  test('streams of one session are not mixed up', async () => {
    const headers = await openSession()
    const streams = await Promise.all(
      [1, 2, 3, 4].map((id) => call(headers, 'slow', { steps: 20 + id, stepMs: 5, id })),
    )
    await Promise.all(streams.map((one) => one.event(isProgress)))
    streams.forEach((one) => one.destroy())
    await Promise.all(streams.map((one) => one.over))
    const again = await Promise.all(streams.map((one) => resume(headers, lastId(one))))
    await Promise.all(again.map((one) => one.over))
    for (const [index, one] of again.entries()) {
      const all = [...(streams[index]?.events ?? []), ...one.events]
      expect(steps(all)).toEqual(Array.from({ length: 21 + index }, (_, step) => step + 1))
      const tokens = all.filter(isProgress).map(({ json }) => json.params?.progressToken)
      expect(new Set(tokens)).toEqual(new Set([index + 1]))
      expect(one.events.at(-1)?.json).toMatchObject({ id: index + 1, result: {} })
    }
  })

  test('a newer connection takes the place of one that is still open', async () => {
    const headers = await openSession()
    const first = await call(headers, 'hold', { key: 'b' })
    const { id = '' } = await first.event(isProgress)
    await using second = await resume(headers, id)
    expect(await first.over).toBe('ended')
    await tool(headers, 'free', { key: 'b' })
    expect(await second.over).toBe('ended')
    expect(first.events.some(isAnswer)).toBe(false)
    expect(second.events.filter(isAnswer)).toHaveLength(1)
  })

  test('nobody else resumes it: not another key, not another session', async () => {
    const headers = await openSession()
    const stream = await call(headers, 'slow', { steps: 3 })
    await stream.over
    const id = stream.events[0]?.id ?? ''
    const { key } = await core.admin.apiKeys.create.mutate({ name: 'thief' })
    await using stolen = await resume({ ...headers, authorization: `Bearer ${key}` }, id)
    expect(stolen.status).toBe(404)
    const other = await openSession()
    await using foreign = await resume(other, id)
    expect(foreign.status).toBe(400)
  })

  test('what has nothing more to say is told so: 204; what is not known: 400', async () => {
    const headers = await openSession()
    const stream = await call(headers, 'slow', { steps: 2 })
    await stream.over
    await using read = await resume(headers, lastId(stream))
    expect(read.status).toBe(204)
    await using unknown = await resume(headers, 'c999_1')
    expect(unknown.status).toBe(400)
  })

  test.each([1, 20])(
    'what was not kept, being of %i MB, is told as it is: 204, or 400',
    async (mb) => {
      const headers = await openSession()
      const args = { name: 'echo__big', arguments: { bytes: mb * 2 ** 20 } }
      const stream = await openEvents(core.mcpUrl(), {
        headers: { ...headers, accept: 'text/event-stream' },
        body: rpc('tools/call', args),
      })
      expect(await stream.over).toBe('ended')
      const [priming] = stream.events
      await using again = await resume(headers, priming?.id ?? '')
      expect(again.status).toBe(mb > 16 ? 400 : 200)
      await using done = await resume(headers, lastId(stream))
      expect(done.status).toBe(204)
    },
  )

  // Shows: http-primed, http-retry
  test('begins with an event that has an id and no data, and says when to come back', async () => {
    const stream = await call(await openSession(), 'slow', { steps: 1 })
    await stream.over
    expect(stream.events[0]).toMatchObject({ id: expect.stringMatching(/./) as string, data: '' })
    expect(stream.retryMs).toBeGreaterThan(0)
  })

  test.each(['2025-06-18', '2025-03-26'])('clients of %s get no empty event', async (version) => {
    const stream = await call(await openSession(version), 'slow', { steps: 1 })
    await stream.over
    expect(stream.events.map(({ data }) => data === '')).toEqual([false, false])
    expect(stream.events[0]?.id).toBeDefined()
  })

  test('a call that takes long gets one before there is anything to say', async () => {
    const headers = await openSession()
    const body = rpc('tools/call', { name: 'echo__hold', arguments: { key: 'long' } })
    const stream = await openEvents(core.mcpUrl(), { headers, body })
    expect(stream.headers['content-type']).toBe('text/event-stream')
    expect(await stream.event(({ id }) => id !== undefined)).toMatchObject({ data: '' })
    await tool(headers, 'free', { key: 'long' })
    expect(await stream.event(isAnswer)).toMatchObject({ json: { id: 1 } })
  })
})

describe('a client that does not come back', () => {
  test('its call is cancelled after a while, and not when it reads again', async () => {
    const headers = await openSession()
    const kept = await call(headers, 'hold', { key: 'kept', id: 1 })
    await kept.event(isProgress)
    kept.destroy()
    await kept.over
    await using again = await resume(headers, lastId(kept))
    const lost = await call(headers, 'hold', { key: 'lost', id: 2 })
    await lost.event(isProgress)
    const before = await cancelled(headers)
    lost.destroy()
    await expect.poll(() => cancelled(headers), { timeout: 5_000 }).toBe(before + 1)
    await tool(headers, 'free', { key: 'kept' })
    expect(await again.event(isAnswer)).toMatchObject({ json: { id: 1, result: {} } })
  })

  test('so is one that was to be answered by plain JSON', async () => {
    const headers = await openSession()
    const before = await cancelled(headers)
    const leaving = new AbortController()
    const body = JSON.stringify(rpc('tools/call', { name: 'echo__hold', arguments: { key: 'c' } }))
    const sent = fetch(core.mcpUrl(), {
      ...{ method: 'POST', body, signal: leaving.signal },
      headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
    })
    sent.catch(() => undefined)
    await expect.poll(() => held(headers)).toContain('c')
    leaving.abort()
    await expect.poll(() => cancelled(headers), { timeout: 5_000 }).toBe(before + 1)
  })
})

describe('the stream of what belongs to no call', () => {
  const changed = (kind: string) => (one: ProbedEvent) =>
    one.json.method === `notifications/${kind}/list_changed`

  // Shows: http-get, http-get-unrelated, http-get-no-answers
  test('resumes with what was said meanwhile, and then goes on', async () => {
    const headers = await openSession()
    const first = await openEvents(core.mcpUrl(), { headers })
    expect(first.headers['content-type']).toBe('text/event-stream')
    await tool(headers, 'change_tools')
    await first.event(changed('tools'))
    const id = lastId(first)
    first.destroy()
    await first.over
    await tool(headers, 'change_prompts')
    await using second = await resume(headers, id)
    await second.event(changed('prompts'))
    await tool(headers, 'change_resources')
    await second.event(changed('resources'))
    const said = second.events.filter(({ data }) => data !== '').map(({ json }) => json.method)
    expect(said).toEqual([
      'notifications/prompts/list_changed',
      'notifications/resources/list_changed',
    ])
    await using third = await resume(headers, first.events[0]?.id ?? '')
    expect(await second.over).toBe('ended')
    await third.event(changed('resources'))
    expect(third.events.filter(changed('tools'))).toHaveLength(1)
  })

  test.each(['', 'nonsense', 'l77_3', 'l1_99999999999999999999', '../c1_1'])(
    'an event id that leads nowhere (%j) is as good as none',
    async (id) => {
      const headers = await openSession()
      await using stream = await resume(headers, id)
      expect(stream.status).toBe(200)
      await tool(headers, 'change_tools')
      await stream.event(changed('tools'))
    },
  )
})
