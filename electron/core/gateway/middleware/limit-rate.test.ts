import { expect, test } from 'vitest'
import { runMiddlewares, textResult } from '../../testing/run-middleware.ts'

const as = (name: string) => ({ client: { capabilities: {}, info: { name, version: '1' } } })

test('one client too many calls is told when to come back, and others are not', async () => {
  const entry = { use: 'limit-rate', perClientPerMinute: 2 }
  const { callTool, reached } = runMiddlewares([entry], () => textResult('ok'))
  await callTool('echo', {}, as('one'))
  await callTool('echo', {}, as('one'))
  const refused = callTool('echo', {}, as('one'))
  await expect(refused).rejects.toMatchObject({
    code: -32_029,
    message: expect.stringMatching(/^Too many calls: try again in \d+ s\.$/) as string,
    data: { reason: 'rate limit', retryAfterMs: expect.any(Number) as number },
  })
  await callTool('echo', {}, as('two'))
  await callTool('echo', {}, { ...as('one'), caller: 'another key' })
  expect(reached).toHaveLength(4)
})

test('all together have a limit too, which who was refused does not use up', async () => {
  const entry = { use: 'limit-rate', perMinute: 2, perClientPerMinute: 1 }
  const { callTool, reached } = runMiddlewares([entry], () => textResult('ok'))
  await callTool('echo', {}, as('one'))
  await expect(callTool('echo', {}, as('one'))).rejects.toThrow('Too many calls')
  await callTool('echo', {}, as('two'))
  await expect(callTool('echo', {}, as('three'))).rejects.toThrow('Too many calls')
  expect(reached).toHaveLength(2)
})

test('lists are not counted', async () => {
  const { send, callTool } = runMiddlewares([{ use: 'limit-rate', perMinute: 1 }], () => ({}))
  await send('tools/list')
  await send('ping')
  await callTool('echo')
  await send('tools/list')
  await expect(send('resources/read', { uri: 'a:b' })).rejects.toThrow('Too many calls')
})

test('one that limits nothing is refused', () => {
  const make = () => runMiddlewares([{ use: 'limit-rate' }], () => ({}))
  expect(make).toThrow('needs "perMinute" or "perClientPerMinute"')
})
