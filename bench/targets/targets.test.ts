import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Client } from '../driver/client.ts'
import { residentOf, serversBelow } from '../processes.ts'
import { callEcho, listAll, openForAll, textIn } from '../workloads/workload.ts'
import { bareRelay } from './bare-relay.ts'
import { directHttp, directStdio } from './direct.ts'
import type { Target } from './target.ts'

const SERVED = [
  { name: 's0', tools: 5 },
  { name: 's1', tools: 4 },
]

async function started(target: Target) {
  await using made = new AsyncDisposableStack()
  const { path } = made.use(await mkdtempDisposable(join(tmpdir(), 'bench-test-')))
  const stack = made.use(new AsyncDisposableStack())
  const scope = { stack, folder: path }
  const running = await target.start(SERVED, scope)
  const clients = await openForAll(running, scope)
  const owned = made.move()
  const [client] = clients as [Client]
  return { running, clients, client, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

test.each([directStdio, directHttp, bareRelay])(
  '$name has the tools of all servers, and says what it is told',
  async (target) => {
    await using it = await started(target)
    const { running, clients, client } = it
    const tool = running.tool('s0', 'echo')
    await callEcho(client, tool)
    await callEcho(client, tool, 'ü'.repeat(500_000))
    expect(await listAll(clients, 9)).toBeGreaterThan(0)
    await expect(listAll(clients, 10)).rejects.toThrow('9 tools, where 10 are')
    expect(await residentOf(running.pid)).toBeGreaterThan(10)
    expect(await serversBelow(running.pid)).toBe(target === bareRelay ? 1 : 0)
  },
)

test.each([directStdio, directHttp])('$name tells of progress, in order', async (target) => {
  await using it = await started(target)
  const heard: unknown[] = []
  await it.client.listen(({ params }) => heard.push(params?.progress))
  const params = { name: 'progress', arguments: { steps: 3 }, _meta: { progressToken: 't' } }
  const answer = await it.client.request('tools/call', params)
  expect(textIn(answer)).toBe('done after 3 steps')
  expect([...answer.notified.map((one) => one.params?.progress), ...heard]).toEqual([1, 2, 3])
  expect(answer.late).toBe(0)
})

test('a refusal is told, and a connection that is gone is opened anew', async () => {
  await using it = await started(directHttp)
  await expect(it.client.request('no/such')).rejects.toThrow('-32601')
  it.client.rest()
  await callEcho(it.client, 'echo')
})
