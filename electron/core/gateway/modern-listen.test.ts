import { expect, test } from 'vitest'
import type { Connection, RequestOptions } from '../connections/connection.ts'
import { RpcError, type JsonObject, type RpcNotification } from '../json-rpc.ts'
import { openLog } from '../log.ts'
import { ModernListen } from './modern-listen.ts'
import type { Topic } from './subscriber.ts'

type Opened = { filter: JsonObject; options: RequestOptions; end: (error?: Error) => void }

/** A modern server that records what is listened for, and answers as told. */
function openServer(answer: (one: Opened) => void) {
  const opened: Opened[] = []
  const connection = {
    ...{ era: 'modern', isShared: true, pid: null, closed: new Promise(() => undefined) },
    hello: { capabilities: { tools: { listChanged: true }, resources: {} } },
    close: () => Promise.resolve(),
    notify: () => Promise.resolve(),
    request: (_method: string, params: JsonObject | undefined, options: RequestOptions = {}) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve({}))
        const one = { filter: params?.notifications as JsonObject, options, end }
        options.signal?.addEventListener('abort', () => reject(new Error('closed')))
        opened.push(one)
        answer(one)
      }),
  } as unknown as Connection
  const open = () => opened.filter(({ options }) => !options.signal?.aborted)
  return { connection, opened, open }
}

const acknowledge = ({ filter, options }: Opened, notifications = filter) =>
  options.notify?.({
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications },
  })

function listenAt(connection: Connection) {
  const told: RpcNotification[] = []
  const parts = {
    log: openLog('silent'),
    onNotification: (one: RpcNotification) => void told.push(one),
  }
  return { listen: new ModernListen(connection, parts), told }
}

const uri = (id: string): Topic => ({ kind: 'resource', id })

test('a thousand subscriptions at once are one stream, and leaving is one', async () => {
  const { connection, opened, open } = openServer((one) => acknowledge(one))
  const { listen } = listenAt(connection)
  listen.begin([])
  const topics = Array.from({ length: 1_000 }, (_, n) => uri(`x://${n}`))
  await Promise.all(topics.map((topic) => listen.add(topic)))
  expect(opened.length).toBeLessThanOrEqual(2)
  expect(open()).toHaveLength(1)
  for (const topic of topics) listen.remove(topic)
  await expect.poll(() => open()[0]?.filter).toEqual({ toolsListChanged: true })
  expect(open()).toHaveLength(1)
  listen.end()
  expect(open()).toHaveLength(0)
})

test.each([-32602, -32601])(
  'what is refused with %i takes nothing from what was agreed',
  async (code) => {
    const isBad = ({ filter }: Opened) => JSON.stringify(filter).includes('x://bad')
    const { connection, open } = openServer((one) => {
      if (isBad(one)) one.end(new RpcError(code, 'no'))
      else acknowledge(one)
    })
    const { listen, told } = listenAt(connection)
    await listen.add(uri('x://good'))
    const added = [uri('x://bad'), uri('x://also-good')].map((topic) => listen.add(topic))
    const outcomes = await Promise.allSettled(added)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(
      open()
        .filter((one) => !isBad(one))
        .at(-1)?.filter,
    ).toMatchObject({
      resourceSubscriptions: ['x://good', 'x://also-good'],
    })
    const changed = { jsonrpc: '2.0' as const, method: 'notifications/tools/list_changed' }
    open().at(-1)?.options.notify?.(changed)
    expect(told).toEqual([changed])
    listen.end()
  },
)

test('what a server leaves out of its acknowledgement is refused', async () => {
  const { connection } = openServer((one) => acknowledge(one, { resourceSubscriptions: ['x://a'] }))
  const { listen } = listenAt(connection)
  const outcomes = await Promise.allSettled([listen.add(uri('x://a')), listen.add(uri('x://b'))])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  listen.end()
})

test('a subscription that comes while another is not acknowledged yet waits its turn', async () => {
  const { connection, opened, open } = openServer(() => undefined)
  const { listen } = listenAt(connection)
  const first = listen.add(uri('x://1'))
  await expect.poll(() => opened.length).toBe(1)
  const second = listen.add(uri('x://2'))
  expect(opened).toHaveLength(1)
  opened.forEach((one) => acknowledge(one))
  await first
  await expect.poll(() => opened.length).toBe(2)
  opened.slice(1).forEach((one) => acknowledge(one))
  await second
  expect(open()).toHaveLength(1)
  listen.end()
})

test('when it ends, whoever waits for an answer gets one', async () => {
  const { connection } = openServer(() => undefined)
  const { listen } = listenAt(connection)
  const waiting = listen.add(uri('x://1'))
  listen.end()
  await expect(waiting).rejects.toThrow(RpcError)
})
