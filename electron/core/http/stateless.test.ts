import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { echoServer, startEchoHttp } from '../testing/echo-definition.ts'
import { modern, modernHeaders } from '../testing/http-probe.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** The modern era has no connections and no sessions: each request stands for itself. */

let core: TempCore
const made = new AsyncDisposableStack()
beforeAll(async () => {
  const far = made.use(await startEchoHttp({ name: 'far' }))
  const servers = [
    echoServer({ name: 'old' }),
    echoServer({ name: 'new', era: 'modern' }),
    far.definition(),
  ]
  core = made.use(await startTempCore({ file: configFileOf(servers) }))
})
afterAll(() => made.disposeAsync())

type Sent = { method?: string; params?: object; meta?: object; capabilities?: object }
const QUESTION = { method: 'elicitation/create', params: { message: 'Which?' } }

function prepare({ method = 'tools/call', params = {}, meta, capabilities = {} }: Sent) {
  const body = modern(method, params)
  const sent = body.params as unknown as { _meta: JsonObject }
  sent._meta['io.modelcontextprotocol/clientCapabilities'] = capabilities
  if (meta) sent._meta = { ...meta }
  const { name, uri } = params as { name?: string; uri?: string }
  const headers = { authorization: `Bearer ${core.key}`, ...modernHeaders(method, name ?? uri) }
  return {
    body,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
  }
}

type Got = { status: number; headers: IncomingHttpHeaders; json: JsonObject; isReused: boolean }

/** With an agent that keeps its socket, or else on a socket of its own. */
function send(sent: Sent, agent: Agent | false = false): Promise<Got> {
  const { body, headers } = prepare(sent)
  return new Promise((resolve, reject) => {
    const sending = request(core.mcpUrl(), { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        const data = /^data: (.*)$/m.exec(text)?.[1] ?? text
        const { statusCode: status = 0, headers: received } = response
        const isReused = sending.reusedSocket
        resolve({ status, headers: received, json: JSON.parse(data) as JsonObject, isReused })
      })
    })
    sending.on('error', reject).end(JSON.stringify(body))
  })
}

// Shows: stateless-request, meta-capability-missing
test.each(['old', 'new', 'far'])(
  'nothing of an earlier request on the same socket counts (%s)',
  async (server) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      const params = { name: `${server}__ask`, arguments: QUESTION }
      const capabilities = { elicitation: {} }
      const asked = await send({ params, capabilities }, agent)
      expect(asked.json).toMatchObject({ result: { resultType: 'input_required' } })
      const lacking = await send({ params }, agent)
      expect(lacking.isReused).toBe(true)
      // A legacy server hears that its client cannot be asked, and goes on as it likes.
      const refused = { structuredContent: { error: { code: expect.any(Number) as number } } }
      const data = { requiredCapabilities: { elicitation: {} } }
      const error = { code: -32021, data }
      const expected = server === 'new' ? { id: 1, error } : { result: refused }
      expect(lacking.json).toMatchObject(expected)
      expect(lacking.status).toBe(server === 'new' ? 400 : 200)
      const bare = await send({ params, meta: {} }, agent)
      expect(bare).toMatchObject({ status: 400, isReused: true, json: { error: { code: -32602 } } })
    } finally {
      agent.destroy()
    }
  },
)

// Shows: stateless-connection, stateless-handle
test.each(['old', 'new', 'far'])('a call goes on over another socket (%s)', async (server) => {
  const params = { name: `${server}__ask`, arguments: QUESTION }
  const capabilities = { elicitation: {} }
  const { json } = await send({ params, capabilities })
  const { inputRequests, requestState } = json['result'] as JsonObject
  expect(typeof requestState).toBe('string')
  const [key = ''] = Object.keys(inputRequests as object)
  const inputResponses = { [key]: { action: 'accept', content: { colour: 'green' } } }
  const retry = await send({ params: { ...params, inputResponses, requestState }, capabilities })
  expect(retry.isReused).toBe(false)
  expect(retry.json).toMatchObject({
    result: { structuredContent: { result: { content: { colour: 'green' } } } },
  })
})

// Shows: stateless-process
test('clients that come one after the other find the same process', async () => {
  const pids: unknown[] = []
  for (const era of ['legacy', 'modern', 'legacy'] as const) {
    await using client = await openRawClient(core, { era })
    for (const name of ['old__state', 'new__state']) {
      pids.push(((await client.call(name)) as { pid: number }).pid)
    }
  }
  expect(new Set(pids).size).toBe(2)
})
