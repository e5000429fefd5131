import { expect, test } from 'vitest'
import { openRawHttp, sendJson, shakeHands } from '../testing/echo-http.ts'
import { openEchoPools } from '../testing/echo-pools.ts'

const remote = (url: string) => ({ type: 'STREAMABLE_HTTP' as const, name: 'remote', url })

test('on waking, a server that waits for its next try is tried at once', async () => {
  await using world = openEchoPools({
    firstRestartDelayMs: 3_600_000,
    maxRestartDelayMs: 3_600_000,
  })
  const id = world.define({}, { command: 'no-such-program', start: 'eager' })
  const failures = () => world.states(id).filter(({ state }) => state === 'failed').length
  // The first failure is tried again at once, the second one not for an hour.
  await world.until(() => failures() === 2)
  world.pools.wake()
  await world.until(() => failures() === 4)
})

test('on waking, one that nobody waits for is left alone but may be asked for at once', async () => {
  await using world = openEchoPools({
    firstRestartDelayMs: 3_600_000,
    maxRestartDelayMs: 3_600_000,
  })
  const id = world.define({}, { command: 'no-such-program' })
  for (let lease = 0; lease < 2; lease++) await world.pools.lease(id).catch(() => undefined)
  const waiting = await world.pools.lease(id).catch(String)
  expect(waiting).toContain('It is tried again in')
  world.pools.wake()
  expect(world.pools.status(id).state).toBe('failed')
  expect(await world.pools.lease(id).catch(String)).not.toContain('It is tried again in')
})

test('on waking, a remote server that is gone is noticed, and one that answers is kept', async () => {
  let isGone = false
  await using server = await openRawHttp((request, response) => {
    const { id, method = '' } = request.body
    if (shakeHands(request, response)) return
    if (isGone && method === 'ping') return void response.writeHead(404).end()
    sendJson(response, { jsonrpc: '2.0', id, result: {} })
  })
  await using world = openEchoPools()
  const id = world.defineServer(remote(`${server.origin}/mcp`))
  await world.connect(id)
  const pings = () => server.seen.filter(({ body }) => body.method === 'ping').length

  world.pools.wake()
  await expect.poll(pings).toBe(1)
  expect(world.pools.status(id).state).toBe('running')
  isGone = true
  world.pools.wake()
  await world.until(() => world.pools.status(id).state !== 'running')
  expect(world.pools.status(id).state).toBe('failed')
})
