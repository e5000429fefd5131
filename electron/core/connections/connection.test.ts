import { expect, test } from 'vitest'
import type { RpcNotification } from '../json-rpc.ts'
import { RpcError } from '../json-rpc.ts'
import { call, openEchoPools, report } from '../testing/echo-pools.ts'
import { ServerDown } from './connection.ts'

const collect = () => {
  const seen: RpcNotification[] = []
  return { seen, notify: (notification: RpcNotification) => void seen.push(notification) }
}

// Shows: transport-utf8
test('hello, results and definitions reach us untouched', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define({ instructions: 'be kind', pageSize: 2 }))

  expect(connection.hello).toMatchObject({
    protocolVersion: '2025-11-25',
    instructions: 'be kind',
    capabilities: { experimental: { 'x-vendor': { kept: true } } },
    'x-hello': { kept: true },
  })
  expect(await call(connection, 'echo', { message: 'grüße ✓' })).toEqual({
    content: [{ type: 'text', text: 'grüße ✓', 'x-block': 'kept' }],
    'x-result': { kept: true },
  })
  expect(await connection.request('tools/list', { cursor: 'page-2' })).toMatchObject({
    tools: [{ name: 'reflect', 'x-vendor': { kept: [1, { deep: true }] } }, { name: 'slow' }],
    nextCursor: 'page-4',
    'x-page': 2,
  })
})

// Shows: progress-token
test('params go out as they are, and are not changed by us', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const params = {
    ...{ name: 'reflect', arguments: { a: 1 }, 'x-field': [null] },
    _meta: { progressToken: 'mine', 'x-trace': { span: 1 } },
  }
  const before = structuredClone(params)
  const { structuredContent } = await connection.request('tools/call', params)

  const sent = structuredContent as { id: number; params: typeof params }
  expect(params).toEqual(before)
  // Only the token is ours: two callers may well use the same one.
  expect(sent.params).toEqual({ ...params, _meta: { ...params._meta, progressToken: sent.id } })

  const plain = { name: 'reflect', _meta: { 'x-trace': 1 } }
  const answer = await connection.request('tools/call', plain)
  expect(answer['structuredContent']).toMatchObject({ params: plain })
})

test('an error of the server keeps its code, message and data', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())

  const thrown = await call(connection, 'throw', { code: -32099, message: 'no', data: [{ a: 1 }] })
    .then(() => null)
    .catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(RpcError)
  expect(thrown).toMatchObject({ code: -32099, message: 'no', data: [{ a: 1 }] })
  expect(await call(connection, 'fail')).toMatchObject({ isError: true })
  await expect(connection.request('no/such', {})).rejects.toMatchObject({ code: -32601 })
})

// Shows: progress-token-unique
test('progress comes in order with the token of its caller, and to that caller only', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const [one, two, none] = [collect(), collect(), collect()]
  const slow = (progressToken: unknown, notify: typeof one.notify) =>
    connection.request(
      'tools/call',
      { name: 'slow', arguments: { steps: 3, stepMs: 1 }, _meta: { progressToken } },
      { notify, owner: {} },
    )
  await Promise.all([
    slow('same', one.notify),
    slow('same', two.notify),
    connection.request('tools/call', { name: 'slow' }, { notify: none.notify }),
  ])

  const steps = [1, 2, 3].map((progress) => ({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: 'same', progress, total: 3, 'x-kept': 1 },
  }))
  expect(one.seen).toEqual(steps)
  expect(two.seen).toEqual(steps)
  expect(none.seen).toEqual([])
})

test('an aborted request is cancelled at the server under our id, and rejects at once', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const abort = new AbortController()
  const held = connection.request(
    'tools/call',
    { name: 'hold', arguments: { key: 'k' }, _meta: { progressToken: 7 } },
    { signal: abort.signal, notify: () => abort.abort(new Error('changed my mind')) },
  )
  await expect(held).rejects.toThrow('changed my mind')

  const { cancelled } = await report(connection)
  expect(cancelled).toEqual([{ id: 3, reason: 'changed my mind' }])
  await expect(
    connection.request('ping', {}, { signal: AbortSignal.abort(new Error('too late')) }),
  ).rejects.toThrow('too late')
})

// Shows: timeout-cancels
test('a request that takes too long is cancelled and fails with the limit', async () => {
  await using world = openEchoPools({ callTimeoutMs: 60 })
  const connection = await world.connect(world.define())

  await expect(call(connection, 'never')).rejects.toMatchObject({
    code: -32603,
    data: { server: 'echo', timeoutMs: 60 },
  })
  const { cancelled } = await report(connection)
  expect(cancelled).toMatchObject([{ id: 3 }])
})

test('progress winds the clock back', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const params = { name: 'slow', arguments: { steps: 8, stepMs: 100 }, _meta: { progressToken: 1 } }

  await expect(connection.request('tools/call', params, { timeoutMs: 400 })).resolves.toMatchObject(
    { content: [{ text: 'done after 8 steps' }] },
  )
})

// Shows: logging-access
test('log messages go to the one owner with requests in flight, else to nobody in particular', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const [one, two] = [collect(), collect()]
  const [me, other] = [{}, {}]
  const log = (message: string) => ({ name: 'log', arguments: { message } })

  await connection.request('tools/call', log('mine'), { owner: me, notify: one.notify })
  expect(one.seen).toMatchObject([{ params: { data: 'mine', logger: 'echo' } }])

  const held = connection.request(
    'tools/call',
    { name: 'hold', arguments: { key: 'k' } },
    { owner: other, notify: two.notify },
  )
  await connection.request('tools/call', log('whose?'), { owner: me, notify: one.notify })
  expect(one.seen).toHaveLength(1)
  expect(two.seen).toEqual([])
  expect(world.notifications).toMatchObject([{ notification: { params: { data: 'whose?' } } }])
  await connection.request('tools/call', { name: 'free', arguments: { key: 'k' } }, { owner: me })
  await held

  await call(connection, 'log', { message: 'no owner' })
  expect(world.notifications[1]).toMatchObject({ notification: { params: { data: 'no owner' } } })
})

test('what concerns everybody is told with the id of the server', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  await call(connection, 'change_tools')
  await connection.request('resources/subscribe', { uri: 'echo://text' })
  await call(connection, 'touch', { uri: 'echo://text' })

  expect(world.notifications).toEqual([
    { id: 'echo', notification: { jsonrpc: '2.0', method: 'notifications/tools/list_changed' } },
    {
      id: 'echo',
      notification: {
        ...{ jsonrpc: '2.0', method: 'notifications/resources/updated' },
        params: { uri: 'echo://text' },
      },
    },
  ])
})

// Shows: ping-answered
test('a server may ping us', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const pong = await call(connection, 'ask', { method: 'ping', params: {} })
  expect(pong['structuredContent']).toMatchObject({ result: {} })
})

test('answers out of order, garbage between them and 12 MB at once are no trouble', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define({ outOfOrder: true, garbage: true }))
  const answers = await Promise.all(
    [1, 2, 3, 4].map((number) => call(connection, 'add', { a: number, b: 10 })),
  )
  expect(answers).toMatchObject([11, 12, 13, 14].map((sum) => ({ structuredContent: { sum } })))

  const plain = await world.connect(world.define({ name: 'plain' }))
  const { content } = await call(plain, 'big', { bytes: 12_000_000 })
  expect((content as [{ text: string }])[0].text).toHaveLength(12_000_000)
})

test('hundreds of calls at once fill the pipe and are all answered, without a warning', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const warnings: string[] = []
  const warn = (warning: Error) => void warnings.push(warning.name)
  process.on('warning', warn)
  const message = 'x'.repeat(10_000)
  const calls = Array.from({ length: 300 }, () => call(connection, 'echo', { message }))
  for (const result of await Promise.all(calls)) {
    expect(result).toMatchObject({ content: [{ text: message }] })
  }
  process.off('warning', warn)
  expect(warnings).toEqual([])
})

test('calls in flight fail with the exit code and the last words of the server', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const calls = [call(connection, 'never'), call(connection, 'hold', { key: 'k' })]
  const ends = Promise.allSettled(calls)
  await call(connection, 'exit', { code: 7, stderr: 'out of\u001b[31m cheese' }).catch(() => {})

  const reason = 'It exited with code 7. It last wrote:\nout of cheese'
  for (const end of await ends) {
    expect(end).toMatchObject({ status: 'rejected', reason: { server: 'echo', reason } })
    expect(end.status === 'rejected' && end.reason).toBeInstanceOf(ServerDown)
  }
  expect(await connection.closed).toBe(reason)
  await expect(connection.request('ping', {})).rejects.toMatchObject({ reason })
  await expect(connection.notify('notifications/x')).rejects.toMatchObject({ reason })
})

test('an answer written just before the end still arrives', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const [answer, end] = await Promise.allSettled([
    call(connection, 'big', { bytes: 100_000 }),
    call(connection, 'exit', { code: 0, stderr: 'bye' }),
  ])
  expect(answer.status).toBe('fulfilled')
  expect(end).toMatchObject({ reason: { reason: 'It exited with code 0. It last wrote:\nbye' } })
})
