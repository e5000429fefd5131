import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Bridge } from '../../../host/stdio/bridge.ts'
import { isObject, type JsonObject } from '../../json-rpc.ts'
import { connectAuto, connectLegacy } from '../../testing/clients.ts'
import { echoServer } from '../../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../../testing/temp-core.ts'

/** The official clients, on every way in, find a tool and call it. */

let core: TempCore
beforeAll(async () => {
  const discovery = { mode: 'search', pinned: ['echo__echo'] }
  const file = configFileOf([echoServer({ tools: 50 })], { discovery })
  core = await startTempCore({ file })
})
afterAll(() => core[Symbol.asyncDispose]())

const LISTED = ['search_tools', 'call_tool', 'echo__echo']
const SEARCH = { name: 'search_tools', arguments: { query: 'add two numbers' } }
const CALL = {
  name: 'call_tool',
  arguments: { name: 'echo__add', arguments: { a: 20, b: 22 } },
}

function firstOf(result: object): unknown {
  const { structuredContent } = result as { structuredContent: { tools: JsonObject[] } }
  return structuredContent.tools[0]?.name
}

test('of SDK v1', async () => {
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(LISTED)
  expect(client.getInstructions()).toContain('search_tools')
  expect(firstOf(await client.callTool(SEARCH))).toBe('echo__add')
  expect(await client.callTool(CALL)).toMatchObject({ structuredContent: { sum: 42 } })
})

test('of SDK v2, without a session', async () => {
  await using client = await connectAuto(core.mcpUrl(), core.key)
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(LISTED)
  expect(firstOf(await client.callTool(SEARCH))).toBe('echo__add')
  expect(await client.callTool(CALL)).toMatchObject({ structuredContent: { sum: 42 } })
})

test('of HTTP+SSE', async () => {
  const client = new Client({ name: 'old', version: '1' })
  const transport = new SSEClientTransport(new URL(`${core.url}/metamcp/default/sse`), {
    requestInit: { headers: { authorization: `Bearer ${core.key}` } },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  try {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(LISTED)
    expect(firstOf(await client.callTool(SEARCH))).toBe('echo__add')
    expect(await client.callTool(CALL)).toMatchObject({ structuredContent: { sum: 42 } })
  } finally {
    await client.close()
  }
})

test('over stdio', async () => {
  await using line = openLine()
  const clientInfo = { name: 'stdio', version: '1' }
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  expect(await line.ask('initialize', hello)).toMatchObject({
    instructions: expect.stringContaining('search_tools') as string,
  })
  const { tools } = await line.ask('tools/list')
  expect((tools as JsonObject[]).map(({ name }) => name)).toEqual(LISTED)
  expect(firstOf(await line.ask('tools/call', SEARCH))).toBe('echo__add')
  expect(await line.ask('tools/call', CALL)).toMatchObject({ structuredContent: { sum: 42 } })
})

/** What `metamcp stdio` puts between stdin, stdout and a core. */
function openLine() {
  const waiting = new Map<unknown, (result: JsonObject) => void>()
  const bridge = new Bridge({
    core: { pid: process.pid, ...core.local },
    endpoint: 'default',
    onLost: (reason) => expect.unreachable(reason),
    write(text) {
      const { id, result } = JSON.parse(text) as JsonObject
      waiting.get(id)?.(isObject(result) ? result : {})
      return Promise.resolve()
    },
  })
  let lastId = 0
  return {
    async ask(method: string, params: JsonObject = {}): Promise<JsonObject> {
      const id = ++lastId
      const answer = Promise.withResolvers<JsonObject>()
      waiting.set(id, answer.resolve)
      void bridge.receive(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      return answer.promise
    },
    [Symbol.asyncDispose]: () => bridge.close(),
  }
}
