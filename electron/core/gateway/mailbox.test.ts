import { expect, test } from 'vitest'
import {
  RpcError,
  type JsonObject,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
} from '../json-rpc.ts'
import { Mailbox } from './mailbox.ts'
import { Questions } from './questions.ts'

/** What waits for a client that does not listen, and what becomes of questions in it. */

const news = (index: number, data = ''): RpcNotification => ({
  ...{ jsonrpc: '2.0', method: 'notifications/message', params: { index, data } },
})

function openMailbox() {
  const unheard: RequestId[] = []
  const mailbox = new Mailbox((id) => void unheard.push(id))
  const hear = () => {
    const heard: (RpcNotification | RpcRequest)[] = []
    const listener = { send: (message: RpcNotification) => void heard.push(message), end() {} }
    mailbox.open(listener)
    mailbox.close(listener)
    return heard
  }
  return { mailbox, unheard, hear }
}

test('of small messages the newest 256 wait, and the same news waits once', () => {
  const { mailbox, hear } = openMailbox()
  for (let index = 0; index < 300; index++) mailbox.post(news(index))
  for (let index = 0; index < 300; index++) mailbox.postOnce(news(299))
  const heard = hear()
  expect(heard).toHaveLength(256)
  expect(heard.at(0)).toEqual(news(44))
  expect(heard.at(-1)).toEqual(news(299))
  expect(hear()).toEqual([])
})

test('of large ones no more than 4 MB wait, also after others were heard', () => {
  const { mailbox, hear } = openMailbox()
  const large = 'x'.repeat(2 ** 20)
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 10; index++) mailbox.post(news(index, large))
    expect(hear().map(({ params }) => (params as JsonObject)['index'])).toEqual([7, 8, 9])
  }
  mailbox.post(news(1, large.repeat(5)))
  mailbox.post(news(2))
  expect(hear()).toEqual([news(2)])
})

test('a request that gives way is told of', () => {
  const { mailbox, unheard, hear } = openMailbox()
  mailbox.post({ jsonrpc: '2.0', id: 7, method: 'roots/list' })
  for (let index = 0; index < 256; index++) mailbox.post(news(index))
  expect(unheard).toEqual([7])
  expect(hear()).toHaveLength(256)
})

const asking = { signal: new AbortController().signal, onProgress: () => undefined }

test('its server is refused, and so is one that asks ever more of a client', async () => {
  const questions = new Questions({ capabilities: { roots: {} }, info: undefined })
  const mailbox = new Mailbox((id) => questions.unheard(id))
  const ask = () =>
    questions.by((message) => mailbox.post(message))({ method: 'roots/list' }, asking)
  const asked = Array.from({ length: 256 }, ask)
  await expect(ask()).rejects.toThrow('256 requests to answer')
  mailbox.post(news(1))
  await expect(asked[0]).rejects.toThrow('does not listen')
  const next = ask()
  await expect(asked[1]).rejects.toThrow('does not listen')
  questions.answered({ jsonrpc: '2.0', id: 257, result: { roots: [] } })
  expect(await next).toEqual({ roots: [] })
  const rest = Promise.allSettled(asked)
  questions.end(new RpcError(-32603, 'over'))
  expect((await rest).every(({ status }) => status === 'rejected')).toBe(true)
})

test('what cannot be sent is not waited for', async () => {
  const questions = new Questions({ capabilities: { roots: {} }, info: undefined })
  const ask = questions.by(() => {
    throw new Error('not sent')
  })
  for (let index = 0; index < 300; index++) {
    await expect(ask({ method: 'roots/list' }, asking)).rejects.toThrow('not sent')
  }
})
