import { expect, test } from 'vitest'
import { RpcError } from '../json-rpc.ts'
import type { RpcNotification } from '../json-rpc.ts'
import { openEchoPools } from '../testing/echo-pools.ts'
import { openScriptedStdio } from '../testing/scripted-stdio.ts'
import type { Ask, Connection } from './connection.ts'

/**
 * Takes its time with "first", and does not mind a cancellation: with "second" it speaks and asks
 * for the sake of the first, and with "answer" it answers that.
 */
const openDeaf = () =>
  openScriptedStdio(({ id, method, params, text }, reply, send) => {
    const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} }
    const memory = globalThis as { first?: number; second?: number }
    if (method === 'server/discover') send({ id, error: { code: -32601, message: 'no' } })
    if (method === 'initialize') reply(hello)
    if (params['name'] === 'first') memory.first = Number(id)
    if (params['name'] === 'second') {
      memory.second = Number(id)
      send({ method: 'notifications/message', params: { level: 'info', data: 'of the first' } })
      send({ id: 'q', method: 'elicitation/create', params: { message: 'of the first' } })
    }
    if (params['name'] === 'answer') {
      send({ id: memory.first, result: { content: [] } })
      reply({ content: [] })
    }
    if (method === undefined && id === 'q') send({ id: memory.second, result: { told: text } })
  })

function client(connection: Connection) {
  const heard: RpcNotification[] = []
  const asked: unknown[] = []
  const ask: Ask = async (question) => ({ action: 'accept', count: asked.push(question) })
  const owner = {}
  const notify = (one: RpcNotification) => void heard.push(one)
  const use = (name: string, options: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
    connection.request('tools/call', { name }, { owner, ask, notify, ...options })
  return { heard, asked, use }
}

test.each(['cancelled', 'too late'])(
  'what a server says and asks for a call that was %s reaches no other client',
  async (how) => {
    await using server = await openDeaf()
    await using world = openEchoPools()
    const connection = await world.connect(world.defineServer(server.definition))
    const [one, two] = [client(connection), client(connection)]
    const abort = new AbortController()
    const options = how === 'cancelled' ? { signal: abort.signal } : { timeoutMs: 20 }
    const first = one.use('first', options)
    abort.abort(new Error('enough'))
    await expect(first).rejects.toThrow(how === 'cancelled' ? 'enough' : 'did not answer')

    const { told } = await two.use('second')
    expect(JSON.parse(String(told))).toMatchObject({ id: 'q', error: { code: -32603 } })
    expect([one.asked, two.asked, one.heard, two.heard]).toEqual([[], [], [], []])
    expect(world.notifications.map(({ notification }) => notification.method)).toEqual([
      'notifications/message',
    ])
  },
)

test('once the late answer has come, the only client in flight is asked again', async () => {
  await using server = await openDeaf()
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(server.definition))
  const [one, two] = [client(connection), client(connection)]
  await expect(one.use('first', { timeoutMs: 20 })).rejects.toThrow(RpcError)
  await two.use('answer')
  const { told } = await two.use('second')
  expect(JSON.parse(String(told))).toMatchObject({ result: { action: 'accept' } })
  expect([two.asked.length, two.heard.length]).toEqual([1, 1])
})
