import { expect, test } from 'vitest'
import { dataOf, openRawHttp, sendEvents, shakeHands } from '../testing/echo-http.ts'
import { openEchoPools } from '../testing/echo-pools.ts'

const CHANGED = ['tools', 'prompts', 'resources'].map(
  (kind) => `notifications/${kind}/list_changed`,
)
/** Of concern to whoever subscribed, or was asked to visit an address. */
const EVERYBODYS = [
  ...CHANGED,
  ...['notifications/resources/updated', 'notifications/elicitation/complete'],
]
const ITS_OWN = ['notifications/message', 'notifications/vendor/step', 'notifications/tasks/status']

test('what comes on the stream of a call is for that call, but for what concerns everybody', async () => {
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    const { id, method, params = {} } = request.body
    if (method !== 'tools/call') return void response.writeHead(400).end()
    const about = { of: params['name'] }
    const told = [...EVERYBODYS, ...ITS_OWN].map((one) => dataOf({ method: one, params: about }))
    sendEvents(response, ...told, dataOf({ id, result: {} }))
    response.end()
  })
  await using world = openEchoPools()
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'raw', url: server.origin }
  const connection = await world.connect(world.defineServer(definition))
  const use = async (name: string) => {
    const heard: unknown[] = []
    const notify = (one: unknown) => void heard.push(one)
    await connection.request('tools/call', { name }, { owner: {}, notify })
    return heard
  }
  const all = await Promise.all(['one', 'two'].map(use))
  expect(all).toEqual(
    ['one', 'two'].map((of) =>
      ITS_OWN.map((method) => ({ jsonrpc: '2.0', method, params: { of } })),
    ),
  )
  const told = world.notifications.map(({ notification }) => notification.method)
  expect(told.toSorted()).toEqual([...EVERYBODYS, ...EVERYBODYS].toSorted())
})

test('what comes on the stream of a call that is over is no other call’s', async () => {
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    const { id, method, params = {} } = request.body
    if (method !== 'tools/call') return void response.writeHead(400).end()
    const late = dataOf({
      method: 'notifications/message',
      params: { level: 'info', data: 'late' },
    })
    if (params['name'] === 'wait') return sendEvents(response)
    sendEvents(response, dataOf({ id, result: {} }), late)
  })
  await using world = openEchoPools()
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'raw', url: server.origin }
  const connection = await world.connect(world.defineServer(definition))
  const heard: unknown[] = []
  const notify = (one: unknown) => void heard.push(one)
  const abort = new AbortController()
  const options = { owner: {}, notify, signal: abort.signal }
  const waiting = connection.request('tools/call', { name: 'wait' }, options)
  await connection.request('tools/call', { name: 'quick' }, { owner: {} })
  await world.until(() => world.notifications.length === 1)
  abort.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  expect(heard).toEqual([])
})
