import { expect, test } from 'vitest'
import { RpcError } from '../json-rpc.ts'
import type { RpcNotification } from '../json-rpc.ts'
import { startEchoHttp } from '../testing/echo-definition.ts'
import { openRawHttp, sendJson } from '../testing/echo-http.ts'
import { call, openEchoPools, report } from '../testing/echo-pools.ts'
import type { Ask, AskOptions, Connection, Question, RequestOptions } from './connection.ts'

const SAMPLE = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }

/** A client that answers with its name. */
function client(name: string) {
  const asked: (Question & AskOptions)[] = []
  const ask: Ask = async (question, options) => {
    asked.push({ ...question, ...options })
    return { model: name, meta: question.params?.['_meta'] }
  }
  return { asked, options: { owner: {}, ask } satisfies RequestOptions }
}

/** A client's call of a tool. */
function use(connection: Connection, [name, args]: [string, object], options: RequestOptions) {
  return connection.request('tools/call', { name, arguments: args }, options)
}

async function hold(connection: Connection, key: string, options: RequestOptions) {
  const held = Promise.withResolvers<void>()
  const notify = () => held.resolve()
  const params = { name: 'hold', arguments: { key }, _meta: { progressToken: key } }
  const result = connection.request('tools/call', params, { ...options, notify })
  await held.promise
  return { result }
}

test('on a shared connection the one client with requests in flight is asked', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const [one, two] = [client('one'), client('two')]
  for (const { options } of [one, two]) {
    const answer = await use(connection, ['ask', SAMPLE], options)
    expect(answer['structuredContent']).toMatchObject({
      result: { model: options === one.options ? 'one' : 'two' },
    })
  }
  expect(one.asked).toMatchObject([SAMPLE])
  expect(two.asked).toHaveLength(1)
})

test('several requests of a server at once are each answered', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const held: PromiseWithResolvers<void>[] = []
  const ask: Ask = async ({ params }) => {
    const gate = Promise.withResolvers<void>()
    held.push(gate)
    // Nobody is answered before all have asked, and then the last one first.
    if (held.length === 5) held.toReversed().forEach(({ resolve }) => resolve())
    await gate.promise
    return { seen: params?.['_meta'] }
  }
  const answer = await use(connection, ['ask_many', { ...SAMPLE, count: 5 }], { owner: {}, ask })
  const numbers = [1, 2, 3, 4, 5].map((number) => [
    `ask_${number}`,
    expect.objectContaining({ result: { seen: { 'x-number': number } } }),
  ])
  expect(answer['structuredContent']).toEqual(Object.fromEntries(numbers))
})

test('what could be of several clients is refused, asked of nobody, and told', async () => {
  const switched = new Set<string>()
  await using world = openEchoPools({ switched })
  const connection = await world.connect(world.define())
  const [one, two] = [client('one'), client('two')]
  const { result } = await hold(connection, 'k', one.options)
  const answer = await use(connection, ['ask', SAMPLE], two.options)
  const { error } = answer['structuredContent'] as { error: { code: number; message: string } }
  expect(error).toMatchObject({ code: -32603 })
  expect(error.message).toMatch(
    /^sampling\/createMessage cannot be answered: several have requests/,
  )
  expect([one.asked, two.asked]).toEqual([[], []])
  expect(world.logs).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      facts: expect.objectContaining({ server: 'echo', method: SAMPLE.method }) as object,
    }),
  )
  expect([...switched]).toEqual(['echo'])
  await use(connection, ['free', { key: 'k' }], one.options)
  await result
})

test('what belongs to nobody is refused; a client that takes none does not know the method', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  await use(connection, ['ask_later', SAMPLE], { owner: {} })
  await world.until(() => world.logs.some(({ message }) => message.startsWith('refused a request')))
  const { answers } = await report(connection, 'asked')
  expect(answers).toMatchObject([{ error: { code: -32603 } }])

  const answer = await use(connection, ['ask', SAMPLE], { owner: {} })
  expect(answer['structuredContent']).toMatchObject({ error: { code: -32601 } })
})

test('over HTTP a request names by its stream whose it is', async () => {
  await using server = await startEchoHttp()
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(server.definition()))
  const clients = Array.from({ length: 8 }, (_, index) => client(`client-${index}`))
  const answers = await Promise.all(
    clients.map(({ options }) => use(connection, ['ask', SAMPLE], options)),
  )
  expect(answers).toMatchObject(
    clients.map((_, index) => ({ structuredContent: { result: { model: `client-${index}` } } })),
  )
  for (const { asked } of clients) expect(asked).toHaveLength(1)
})

test('an error of the client reaches the server as it is', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const refusal = new RpcError(-1, 'the person said no', { why: ['busy'] })
  const ask: Ask = () => Promise.reject(refusal)
  const answer = await use(connection, ['ask', SAMPLE], { owner: {}, ask })
  expect(answer['structuredContent']).toMatchObject({
    error: { code: -1, message: 'the person said no', data: { why: ['busy'] } },
  })
  const broken: Ask = () => Promise.reject(new TypeError('secret detail'))
  const other = await use(connection, ['ask', SAMPLE], { owner: {}, ask: broken })
  expect(other['structuredContent']).toMatchObject({ error: { code: -32603 } })
  expect(JSON.stringify(other)).not.toContain('secret')
})

test('a request that the server takes back is given up, and not answered', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const given = Promise.withResolvers<AbortSignal>()
  const aborted = Promise.withResolvers<unknown>()
  const ask: Ask = async (_, { signal }) => {
    given.resolve(signal)
    signal.addEventListener('abort', () => aborted.resolve(signal.reason))
    return new Promise(() => {})
  }
  const args = { ...SAMPLE, cancelAfterMs: 20 }
  const answer = await use(connection, ['ask', args], { owner: {}, ask })
  expect(answer['structuredContent']).toMatchObject({ error: { code: -1 } })
  expect(String(await aborted.promise)).toContain('changed my mind')
  expect((await given.promise).aborted).toBe(true)
})

test.each(['cancelled', 'lost'])('a question is given up when its call is %s', async (how) => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const abort = new AbortController()
  const aborted = Promise.withResolvers<void>()
  const ask: Ask = async (_, { signal }) => {
    signal.addEventListener('abort', () => aborted.resolve())
    if (how === 'cancelled') abort.abort(new Error('enough'))
    if (how === 'lost') process.kill(connection.pid ?? 0, 'SIGKILL')
    return new Promise(() => {})
  }
  const asking = use(connection, ['ask', SAMPLE], { owner: {}, ask, signal: abort.signal })
  await expect(asking).rejects.toThrow(how === 'cancelled' ? 'enough' : 'SIGKILL')
  await aborted.promise
})

test("the client's progress goes to the server, and winds the clock of its call back", async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const progress: RpcNotification = {
    ...{ jsonrpc: '2.0', method: 'notifications/progress' },
    params: { progressToken: 'of-the-server', progress: 1 },
  }
  const ask: Ask = async (_, { onProgress }) => {
    onProgress(progress)
    return {}
  }
  await use(connection, ['ask', SAMPLE], { owner: {}, ask })
  const { notifications } = await report(connection)
  expect(notifications).toEqual([{ method: progress.method, params: progress.params }])
})

// Shows: timeout-maximum
test('a call may make progress for as long as the longest call may last, and no longer', async () => {
  await using world = openEchoPools({ maxCallMs: 400, callTimeoutMs: 300 })
  const connection = await world.connect(world.define())
  const args = { steps: 1_000, stepMs: 20 }
  const params = { name: 'slow', arguments: args, _meta: { progressToken: 1 } }
  await expect(connection.request('tools/call', params)).rejects.toMatchObject({
    code: -32603,
    data: { server: 'echo', timeoutMs: 400 },
  })
})

test('the server hears of a cancellation within 100 ms', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const abort = new AbortController()
  const { result } = await hold(connection, 'k', { signal: abort.signal })
  const told = () =>
    world.notifications.some(({ notification }) =>
      JSON.stringify(notification.params).includes('"cancelled":'),
    )
  const before = performance.now()
  abort.abort(new Error('stop'))
  await expect(result).rejects.toThrow('stop')
  await world.until(told)
  expect(performance.now() - before).toBeLessThan(100)
})

// Shows: cancel-invalid
test('answers to nothing and progress of nothing do no harm', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  expect(await call(connection, 'unsolicited')).toMatchObject({ content: [{ text: 'said' }] })
  expect(await call(connection, 'add', { a: 2, b: 2 })).toMatchObject({
    structuredContent: { sum: 4 },
  })
})

// Shows: stdio-subscription-id
test.each(['stdio', 'http'])(
  'modern subscriptions over %s have their notifications',
  async (how) => {
    await using server = await startEchoHttp({ era: 'modern', name: 'remote' })
    await using world = openEchoPools()
    const id =
      how === 'http' ? world.defineServer(server.definition()) : world.define({ era: 'modern' })
    const connection = await world.connect(id)
    const abort = new AbortController()
    const changed = Promise.withResolvers<RpcNotification>()
    const heard: string[] = []
    const listen = (filter: object, notify: RequestOptions['notify']) =>
      connection.request(
        'subscriptions/listen',
        { notifications: filter },
        { timeoutMs: 0, signal: abort.signal, ...(notify && { notify }) },
      )
    const acknowledged = Promise.withResolvers<void>()
    const tools = listen({ toolsListChanged: true }, (one) => {
      heard.push(one.method)
      if (one.method.endsWith('acknowledged')) acknowledged.resolve()
      if (one.method.endsWith('list_changed')) changed.resolve(one)
    })
    const others = listen(
      { promptsListChanged: true },
      ({ method }) => void heard.push(`! ${method}`),
    )
    await acknowledged.promise
    await call(connection, 'change_tools')
    await changed.promise
    expect(heard).toContain('notifications/tools/list_changed')
    expect(heard).not.toContain('! notifications/tools/list_changed')
    expect(world.notifications).toEqual([])
    abort.abort(new Error('enough'))
    await expect(tools).rejects.toThrow('enough')
    await expect(others).rejects.toThrow('enough')
  },
)

// Shows: client-sends-no-responses
test('a request of a modern server is logged, and over HTTP not even refused', async () => {
  await using server = await openRawHttp(({ body: { id, method } }, response) => {
    const hello = { supportedVersions: ['2026-07-28'], capabilities: {} }
    if (method === 'server/discover')
      return sendJson(response, { jsonrpc: '2.0', id, result: hello })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const message of [
      { jsonrpc: '2.0', id: 'mine', ...SAMPLE },
      { jsonrpc: '2.0', id, result: { resultType: 'complete', content: [] } },
    ]) {
      response.write(`data: ${JSON.stringify(message)}\n\n`)
    }
    response.end()
  })
  await using world = openEchoPools()
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'rude', url: server.origin }
  const connection = await world.connect(world.defineServer(definition))
  const { asked, options } = client('one')
  expect(await use(connection, ['anything', {}], options)).toMatchObject({ content: [] })
  expect(asked).toEqual([])
  expect(world.logs).toContainEqual({
    level: 'warn',
    facts: { server: 'rude', method: SAMPLE.method },
    message: 'a modern server sent a request, which it must not',
  })
  expect(server.seen.map(({ body }) => body.method)).toEqual(['server/discover', 'tools/call'])
})
