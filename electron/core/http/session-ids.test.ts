import { expect, test } from 'vitest'
import { openRawHttp, sendJson } from '../testing/echo-http.ts'
import { openProbe } from '../testing/http-probe.ts'
import { openLogLines } from '../testing/log-lines.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

// Shows: session-id-random, session-id-ascii
test('ids of sessions are visible ASCII, all differ, and nobody guesses one', async () => {
  await using core = await startTempCore({ file: configFileOf([]) })
  const { openSession } = openProbe(core)
  const ids = await Promise.all(Array.from({ length: 200 }, () => openSession()))
  expect(ids.filter((id) => !/^[\x21-\x7e]+$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(200)
  // Neither time nor number: what each place may hold adds up to the 122 free bits of a UUID.
  const places = Array.from(ids[0] ?? '', (_, at) => new Set(ids.map((id) => id[at])).size)
  const bits = places.reduce((sum, letters) => sum + Math.log2(letters), 0)
  expect(bits).toBeGreaterThan(115)
})

const SECRET = 'their-session-5f0c9a1e'

/** A legacy server that has sessions, and names its own in what it says of a failure. */
function openTheirs() {
  return openRawHttp(({ method, body: { id, method: rpcMethod } }, response) => {
    if (method !== 'POST') return void response.writeHead(method === 'GET' ? 405 : 204).end()
    if (id === undefined) return void response.writeHead(202).end()
    const answer = (result: object, headers = {}) =>
      sendJson(response, { jsonrpc: '2.0', id, result }, headers)
    if (rpcMethod === 'tools/list') return answer({ tools: [{ name: 'tool', inputSchema: {} }] })
    if (rpcMethod !== 'initialize') return void response.writeHead(500).end(`${SECRET} crashed`)
    const hello = {
      ...{ protocolVersion: '2025-11-25', capabilities: { tools: {} } },
      serverInfo: { name: 'theirs', version: '1' },
    }
    answer(hello, { 'mcp-session-id': SECRET })
  })
}

// Shows: session-id-secret
test('the id of a session that a server gave us goes to that server and to nobody else', async () => {
  const { log, lines } = openLogLines()
  await using server = await openTheirs()
  const definition = {
    ...{ type: 'STREAMABLE_HTTP' as const, name: 'theirs', url: `${server.origin}/mcp` },
  }
  const core = await startTempCore({ file: configFileOf([definition]), log })
  const told: unknown[] = []
  try {
    for (const era of ['legacy', 'modern'] as const) {
      await using client = await openRawClient(core, { era })
      const failed = await client.call('theirs__tool').catch((error: unknown) => error)
      expect(failed).toMatchObject({ code: -32603, data: { server: 'theirs' } })
      const { message, data } = failed as { message: string; data: unknown }
      told.push(client.hello, await client.request('tools/list'), { message, data })
    }
    const { servers } = core.admin
    told.push(await servers.list.query(), await core.admin.status.overview.query())
  } finally {
    await core[Symbol.asyncDispose]()
  }
  const sent = server.seen.filter(({ headers }) => headers['mcp-session-id'] === SECRET)
  expect(sent.some(({ body }) => body.method === 'tools/call')).toBe(true)
  expect(JSON.stringify(told)).toContain('crashed')
  expect(JSON.stringify([told, lines])).not.toContain(SECRET)
  expect(lines.length).toBeGreaterThan(0)
})
