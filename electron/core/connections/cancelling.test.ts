import { expect, test } from 'vitest'
import type { RpcNotification } from '../json-rpc.ts'
import { openEchoPools } from '../testing/echo-pools.ts'
import { openScriptedStdio } from '../testing/scripted-stdio.ts'
import type { Connection } from './connection.ts'

/** What crosses on its way: cancellations, answers and progress that come too late, or for nothing. */

/** Answers everything, cancelled calls too, and says what it should not before and after. */
const openCareless = () =>
  openScriptedStdio(({ id, method, params }, reply, send) => {
    const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} }
    const say = (told: string, about: object) =>
      send({ method: `notifications/${told}`, params: about })
    if (method === 'server/discover') send({ id, error: { code: -32601, message: 'no' } })
    if (method === 'initialize') reply(hello)
    if (method === 'notifications/cancelled') {
      const late = params['requestId']
      say('progress', { progressToken: late, progress: 99 })
      send({ id: late, result: { content: [], late: true } })
    }
    if (method !== 'tools/call' || params['name'] === 'never') return
    const { progressToken } = (params['_meta'] ?? {}) as { progressToken?: number }
    for (const requestId of [undefined, null, 'nothing', 4.5, {}, [], id, -1]) {
      say('cancelled', requestId === undefined ? {} : { requestId, reason: {} })
    }
    send({ method: 'notifications/cancelled' })
    for (const token of [undefined, null, 'nobody', 123_456, {}, id]) {
      say('progress', { progressToken: token, progress: 50 })
    }
    if (progressToken !== undefined) say('progress', { progressToken, progress: 1 })
    reply({ content: [], name: params['name'] })
    send({ id, error: { code: 1, message: 'the same again' } })
    say('progress', { progressToken: id, progress: 100 })
  })

const later = (connection: Connection) => connection.request('tools/call', { name: 'later' })

function listener() {
  const heard: RpcNotification[] = []
  const options = { owner: {}, notify: (one: RpcNotification) => void heard.push(one) }
  return { heard, options }
}

// Shows: cancel-in-flight
test('only what was sent and is not answered is cancelled at the server', async () => {
  await using server = await openCareless()
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(server.definition))
  const gone = connection.request('x', {}, { signal: AbortSignal.abort(new Error('before')) })
  await expect(gone).rejects.toThrow('before')
  const abort = new AbortController()
  const { signal } = abort
  await connection.request('tools/call', { name: 'answered' }, { signal })
  abort.abort(new Error('after'))
  await later(connection)
  const methods = (await server.heard()).map(({ method }) => method)
  expect(methods).toEqual([
    ...['server/discover', 'initialize', 'notifications/initialized', 'tools/call', 'tools/call'],
  ])
})

// Shows: cancel-late-answer, progress-active
test('an answer and progress that come after a cancellation reach nobody', async () => {
  await using server = await openCareless()
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(server.definition))
  const abort = new AbortController()
  const { heard, options } = listener()
  const params = { name: 'never', _meta: { progressToken: 'mine' } }
  const never = connection.request('tools/call', params, { ...options, signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(never).rejects.toThrow('enough')
  await expect.poll(async () => (await server.lines()).at(-1)).toContain('notifications/cancelled')
  // Whatever the server said to the cancellation has come before this.
  expect(await later(connection)).toEqual({ content: [], name: 'later' })
  expect(heard).toEqual([])
})

// Shows: cancel-invalid, progress-active
test('cancellations and progress of nothing, and of what is over, are ignored', async () => {
  await using server = await openCareless()
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(server.definition))
  const { heard, options } = listener()
  const plain = { name: 'plain' }
  expect(await connection.request('tools/call', plain, options)).toMatchObject(plain)
  const asking = { name: 'asking', _meta: { progressToken: 'mine' } }
  expect(await connection.request('tools/call', asking, options)).toMatchObject({ name: 'asking' })
  await later(connection)
  const progress = heard.map(({ params }) => [params?.['progressToken'], params?.['progress']])
  // The token is our id, so what names that id belongs to it; nothing after the answer does.
  expect(progress).toEqual([
    ['mine', 50],
    ['mine', 1],
  ])
  expect(world.notifications).toEqual([])
})
