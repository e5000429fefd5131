import { expect, test } from 'vitest'
import { listProcesses } from '../connections/process-tree.ts'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents, type ProbedEvent } from '../testing/event-probe.ts'
import { HELLO, modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

const isProgress = ({ json }: ProbedEvent) => json.method === 'notifications/progress'
const slow = (id: string) =>
  rpc(
    'tools/call',
    { name: 'echo__slow', arguments: { steps: 20, stepMs: 20 }, _meta: { progressToken: id } },
    id,
  )

test('closing ends endless streams at once, and lets each call finish on its stream', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer()]) })
  const probe = openProbe(core)
  const bearer = { authorization: `Bearer ${core.key}` }
  const headers = { ...bearer, 'mcp-session-id': await probe.openSession() }
  const listening = await openEvents(core.mcpUrl(), { headers })
  const posted = await openEvents(core.mcpUrl(), { headers, body: slow('posted') })
  const broken = await openEvents(core.mcpUrl(), { headers, body: slow('resumed') })
  const { id = '' } = await broken.event(isProgress)
  broken.destroy()
  const resumed = await openEvents(core.mcpUrl(), { headers: { ...headers, 'last-event-id': id } })
  const old = await openEvents(`${core.url}/metamcp/default/sse`, { headers: bearer })
  const { data: path } = await old.event(({ event }) => event === 'endpoint')
  await probe.send({ path, body: rpc('initialize', HELLO, 'hello') })
  await old.event(({ json }) => json.id === 'hello')
  await probe.send({ path, body: slow('old') })
  const news = await openEvents(core.mcpUrl(), {
    headers: { ...bearer, ...modernHeaders('subscriptions/listen') },
    body: modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
  })
  await Promise.all([posted, resumed, old].map((one) => one.event(isProgress)))
  await news.event(({ json }) => json.method === 'notifications/subscriptions/acknowledged')

  const closed = core.close()
  expect(await listening.over).toBe('ended')
  expect(await news.over).toBe('ended')
  expect(news.events.at(-1)?.json).toMatchObject({ id: 1, result: { resultType: 'complete' } })
  // The next session is for another replica, or for the next start.
  expect((await probe.send({ body: rpc('ping'), headers })).status).toBe(404)
  expect((await probe.send({ body: rpc('initialize', HELLO) })).status).toBe(503)
  // A balancer is told that it ends, and Prometheus still gets the numbers.
  expect((await fetch(`${core.url}/health`)).status).toBe(503)
  const authorization = `Bearer ${core.adminToken.token}`
  const numbers = await fetch(`${core.url}/metrics`, { headers: { authorization } })
  expect(await numbers.text()).toMatch(/^metamcp_sessions\{kind="client"\} 2$/m)
  for (const [stream, name] of [
    [posted, 'posted'],
    [resumed, 'resumed'],
    [old, 'old'],
  ] as const) {
    expect(await stream.over).toBe('ended')
    const text = 'done after 20 steps'
    expect(stream.events.at(-1)?.json).toMatchObject({ id: name, result: { content: [{ text }] } })
  }
  await closed
})

test('no child is left soon after the close began, whatever hangs and does not listen', async () => {
  const stubborn = echoServer({ ignoreSigterm: true, grandchild: 'holds-pipes' })
  await using core = await startTempCore({ file: configFileOf([stubborn]) })
  const client = await connectLegacy(core.mcpUrl(), core.key)
  const { structuredContent } = await client.callTool({ name: 'echo__state' })
  const { pid, children } = structuredContent as { pid: number; children: number[] }
  const begun = Promise.withResolvers<void>()
  const held = client.callTool({ name: 'echo__hold', arguments: { key: 'k' } }, undefined, {
    onprogress: () => begun.resolve(),
  })
  const failed = expect(held).rejects.toThrow()
  await begun.promise
  expect(await running([pid, ...children])).toHaveLength(2)

  const closed = core.close()
  await expect.poll(() => running([pid, ...children]), { timeout: 6_000 }).toEqual([])
  await Promise.all([closed, failed])
  await client.close()
}, 15_000)

async function running(pids: number[]): Promise<number[]> {
  const all = new Set((await listProcesses()).map(({ pid }) => pid))
  return pids.filter((pid) => all.has(pid))
}
