import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import { startPairs } from '../testing/pairs.ts'
import { openRawClient, type RawClient, type RawClientOptions } from '../testing/raw-client.ts'
import { openScriptedModern } from '../testing/scripted-modern.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** The extensions Tasks (`io.modelcontextprotocol/tasks`) and Apps (`…/ui`) through the gateway. */

const TASKS = 'io.modelcontextprotocol/tasks'
const capabilities = { extensions: { [TASKS]: {} }, elicitation: {} }

let core: TempCore
let strangers: TempCore
beforeAll(async () => {
  core = await startPairs()
  const { key } = await core.admin.apiKeys.create.mutate({ name: 'stranger' })
  strangers = Object.assign(Object.create(core) as TempCore, { key })
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

function open(endpoint: string, options: Partial<RawClientOptions> = {}, world = core) {
  return openRawClient(world, { era: 'modern', endpoint, capabilities, ...options })
}

function start(client: RawClient, args: JsonObject): Promise<JsonObject> {
  return client.request('tools/call', { name: 'slow_task', arguments: args })
}

/** Asks until the task has this status. */
async function until(client: RawClient, taskId: unknown, status: string): Promise<JsonObject> {
  let task: JsonObject = {}
  const get = async () => (task = await client.request('tasks/get', { taskId })).status
  await expect.poll(get, { timeout: 5_000 }).toBe(status)
  return task
}

/** Resolves with what is told of the task once it has this status; and the acknowledgement. */
function follow(client: RawClient, taskId: unknown, status: string) {
  const heard: RpcNotification[] = []
  const acknowledged = Promise.withResolvers<RpcNotification>()
  const there = Promise.withResolvers<RpcNotification>()
  const onNotification = (one: RpcNotification) => {
    heard.push(one)
    if (one.method.endsWith('acknowledged')) acknowledged.resolve(one)
    if (one.params?.status === status) there.resolve(one)
  }
  const notifications = { taskIds: [taskId] }
  const over = client.request('subscriptions/listen', { notifications }, { onNotification })
  over.catch((error: unknown) => acknowledged.reject(error as Error))
  return { heard, acknowledged: acknowledged.promise, there: there.promise }
}

describe.each(['modern-stdio', 'modern-http'] as const)('at %s', (endpoint) => {
  test('a call goes on as a task under a handle of ours, until its result is there', async () => {
    await using client = await open(endpoint)
    const task = await start(client, { steps: 2 })
    expect(task).toMatchObject({ resultType: 'task', status: 'working' })
    const done = await until(client, task.taskId, 'completed')
    expect(done).toMatchObject({
      ...{ taskId: task.taskId, resultType: 'complete' },
      result: { content: [{ text: 'done after 2 steps' }] },
    })
    const failing = await start(client, { error: 'it broke' })
    expect(await until(client, failing.taskId, 'failed')).toMatchObject({
      error: { code: -32050, message: 'it broke' },
    })
  })

  // Shows: elicitation-origin
  test('a task asks, saying which server it is of, and goes on with the answer', async () => {
    await using client = await open(endpoint)
    const ask = { method: 'elicitation/create', params: { message: 'Who?' } }
    const { taskId } = await start(client, { ask, steps: 1 })
    const { inputRequests } = await until(client, taskId, 'input_required')
    const [[key, request] = []] = Object.entries(inputRequests as Record<string, JsonObject>)
    const _meta = { 'metamcp/server': endpoint }
    expect(request).toMatchObject({ ...ask, params: { ...ask.params, _meta } })
    const inputResponses = { [key ?? '']: { action: 'accept', content: { name: 'Ada' } } }
    await client.request('tasks/update', { taskId, inputResponses })
    expect(await until(client, taskId, 'completed')).toMatchObject({
      result: { structuredContent: { answer: { result: { content: { name: 'Ada' } } } } },
    })
  })

  test('a task is cancelled at its server', async () => {
    await using client = await open(endpoint)
    const { taskId } = await start(client, { steps: 10_000 })
    expect(await client.request('tasks/cancel', { taskId })).toMatchObject({
      resultType: 'complete',
    })
    await until(client, taskId, 'cancelled')
  })

  test('who listens hears of a task by its handle', async () => {
    await using client = await open(endpoint)
    const { taskId } = await start(client, { ask: { method: 'elicitation/create' }, steps: 1 })
    const { inputRequests } = await until(client, taskId, 'input_required')
    const { acknowledged, there, heard } = follow(client, taskId, 'completed')
    expect(await acknowledged).toMatchObject({ params: { notifications: { taskIds: [taskId] } } })
    const [key = ''] = Object.keys(inputRequests as object)
    await client.request('tasks/update', { taskId, inputResponses: { [key]: {} } })
    expect(await there).toMatchObject({ method: 'notifications/tasks', params: { taskId } })
    const told = heard.filter(({ method }) => method === 'notifications/tasks')
    expect(new Set(told.map(({ params }) => params?.taskId))).toEqual(new Set([taskId]))
  })

  test('a task is its caller’s alone, and hears of no other caller', async () => {
    await using client = await open(endpoint)
    await using stranger = await open(endpoint, {}, strangers)
    const { taskId } = await start(client, { steps: 10_000 })
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const refused = stranger.request(method, { taskId, inputResponses: {} })
      await expect(refused).rejects.toMatchObject({ code: -32602 })
    }
    const { acknowledged } = follow(stranger, taskId, 'cancelled')
    expect(await acknowledged).toMatchObject({ params: { notifications: { taskIds: [] } } })
    // Another client of the same caller may: tasks outlast the connection that they began on.
    await using same = await open(endpoint)
    await until(same, taskId, 'working')
    await same.request('tasks/cancel', { taskId })
  })

  test('who does not declare tasks gets the result, and cannot follow any', async () => {
    await using client = await open(endpoint, { capabilities: {} })
    const result = await start(client, { steps: 1 })
    expect(result).toMatchObject({ resultType: 'complete', content: [{ type: 'text' }] })
    await expect(follow(client, 'x', 'completed').acknowledged).rejects.toMatchObject({
      ...{ code: -32021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } },
    })
  })

  // Shows: tasks-ignored
  test('a legacy client gets the result as well, whatever it declares and asks for', async () => {
    await using client = await open(endpoint, { era: 'legacy' })
    expect(client.hello.capabilities).not.toHaveProperty('tasks')
    const params = { name: 'slow_task', arguments: { steps: 1 }, task: { ttl: 60_000 } }
    const { content } = await client.request('tools/call', params)
    expect(content).toMatchObject([{ text: 'done after 1 steps' }])
  })
})

// Shows: tasks-not-sent, tasks-ignored
test.each(['legacy-stdio', 'legacy-http'] as const)(
  'nobody asks for a task at %s, nor says that it has any',
  async (endpoint) => {
    const tasks = { requests: { sampling: { createMessage: {} } } }
    for (const era of ['legacy', 'modern'] as const) {
      await using client = await open(endpoint, { era, capabilities: { sampling: {}, tasks } })
      const params = { name: 'reflect', arguments: {}, task: { ttl: 60_000 }, 'x-kept': 1 }
      const { structuredContent } = await client.request('tools/call', params)
      expect(structuredContent).toMatchObject({ params: { name: 'reflect', 'x-kept': 1 } })
      expect((structuredContent as { params: object }).params).not.toHaveProperty('task')
      const { capabilities: declared } = (await client.call('state')) as JsonObject
      expect(declared).toHaveProperty('sampling')
      expect(declared).not.toHaveProperty('tasks')
    }
  },
)

test('two servers may give their tasks the same id', async () => {
  const openOne = (name: string) =>
    openScriptedModern({
      'tools/list': () => ({ tools: [{ name, inputSchema: { type: 'object' } }] }),
      'tools/call': () => ({ resultType: 'task', taskId: 'same', status: 'working' }),
      'tasks/get': ({ body }) => ({ taskId: body.params?.['taskId'], status: name }),
    })
  await using one = await openOne('one')
  await using two = await openOne('two')
  const servers = [one, two].map(({ definition }, index) => ({
    ...{ ...definition, name: index === 0 ? 'one' : 'two' },
  }))
  await using both = await startTempCore({ file: configFileOf(servers, { prefix: false }) })
  await using client = await open('default', {}, both)
  const start = (name: string) => client.request('tools/call', { name, arguments: {} })
  const [first, second] = [await start('one'), await start('two')]
  expect(first.taskId).not.toBe(second.taskId)
  for (const [task, status] of [
    [first, 'one'],
    [second, 'two'],
  ] as const) {
    const { taskId } = task
    expect(await client.request('tasks/get', { taskId })).toMatchObject({ taskId, status })
  }
  const forged = String(first.taskId).replace(/same$/, 'other')
  const refused = client.request('tasks/get', { taskId: forged })
  await expect(refused).rejects.toMatchObject({ code: -32602 })
  const asked = [one, two].map((server) => server.asked('tasks/get').map(({ body }) => body.params))
  expect(asked).toMatchObject([[{ taskId: 'same' }], [{ taskId: 'same' }]])
})

test.each(['legacy-stdio', 'modern-http'] as const)(
  'an app passes: its tool, and the resource that the tool names, of %s',
  async (endpoint) => {
    for (const era of ['legacy', 'modern'] as const) {
      await using client = await open(endpoint, { era })
      const ui = 'io.modelcontextprotocol/ui'
      expect(client.hello.capabilities).toMatchObject({ extensions: { [ui]: {} } })
      const { tools } = (await client.request('tools/list')) as { tools: JsonObject[] }
      const app = tools.find(({ name }) => name === 'app')
      expect(app).toMatchObject({ _meta: { ui: { visibility: ['model', 'app'] } } })
      const { resourceUri: uri } = (app?._meta as { ui: { resourceUri: string } }).ui
      const { contents } = await client.request('resources/read', { uri })
      expect(contents).toMatchObject([{ uri, mimeType: 'text/html;profile=mcp-app' }])
      expect(await client.call('app')).toBe('an app shows this')
    }
  },
)
