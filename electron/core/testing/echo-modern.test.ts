import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEchoHttp } from './echo-definition.ts'
import type { EchoHttp } from './echo-definition.ts'
import { modernMessage, openRawStdio, postRaw } from './echo-raw.ts'

type Json = Record<string, unknown>

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
const ELICITS = { elicitation: {} }
const FORM = { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: {} } }

let server: EchoHttp
beforeAll(async () => {
  server = await startEchoHttp({
    era: 'modern',
    conformance: true,
    ttlMs: 5,
    cacheScope: 'private',
  })
})
afterAll(() => server[Symbol.asyncDispose]())

async function send(method: string, params: Json = {}, capabilities: Json = {}) {
  const { message, headers } = modernMessage(method, params, capabilities)
  const reply = await postRaw(server.url, message, headers)
  return { ...reply, ...reply.messages.at(-1) }
}

const call = (name: string, args: Json = {}, more: Json = {}) =>
  send('tools/call', { name, arguments: args, ...more }, { ...ELICITS, ...TASKS })

test('says what it is, and how long that holds', async () => {
  const { status, result } = await send('server/discover')
  expect(status).toBe(200)
  expect(result).toMatchObject({
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: TASKS,
    ttlMs: 5,
    cacheScope: 'private',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'echo' } },
  })
})

test('refuses with the status and code of the fault', async () => {
  const { message, headers } = modernMessage('ping')
  const fault = async (sent: object, with_: object = headers) => {
    const { status, messages } = await postRaw(server.url, sent, with_)
    return [status, messages[0]?.error?.code]
  }
  expect(await fault(message)).toEqual([404, -32601])
  expect(await fault({ ...message, params: {} })).toEqual([400, -32602])
  expect(await fault({ ...message, method: 'tools/list' })).toEqual([400, -32020])
  const _meta = { ...message.params._meta, 'io.modelcontextprotocol/protocolVersion': '1999' }
  const old = { ...headers, 'mcp-protocol-version': '1999' }
  expect(await fault({ ...message, params: { _meta } }, old)).toEqual([400, -32022])
  expect((await fetch(server.url)).status).toBe(405)
  const silent = await send('tools/call', { name: 'ask', arguments: FORM })
  expect([silent.status, silent.error?.code]).toEqual([400, -32021])
  expect(silent.error?.data).toEqual({ requiredCapabilities: { elicitation: {} } })
})

test('rounds: the state must be ours, unchanged, and of this very request', async () => {
  const first = await call('ask_twice', FORM)
  expect(first.result).toMatchObject({
    resultType: 'input_required',
    inputRequests: { first: FORM },
  })
  const requestState = String(first.result?.['requestState'])
  const inputResponses = { first: { action: 'accept' }, other: {} }
  const retry = { inputResponses, requestState }

  const second = await call('ask_twice', FORM, retry)
  expect(Object.keys(second.result?.['inputRequests'] as Json)).toEqual(['second'])
  for (const state of [`${requestState}x`, `x${requestState}`, '', 7]) {
    const { error } = await call('ask_twice', FORM, { ...retry, requestState: state })
    expect(error?.code).toBe(-32602)
  }
  expect((await call('ask', FORM, retry)).error?.message).toContain('another request')
  const last = await call('ask_twice', FORM, {
    inputResponses: { second: { action: 'decline' } },
    requestState: second.result?.['requestState'],
  })
  expect(last.result?.['structuredContent']).toMatchObject({
    first: { result: { action: 'accept' } },
    second: { result: { action: 'decline' } },
  })
})

test('rounds that ask for nothing, and rounds without a state', async () => {
  const { result } = await call('again', { times: 1 })
  expect(result).not.toHaveProperty('inputRequests')
  const { requestState } = result as Json
  expect((await call('again', { times: 1 }, { requestState })).result).toMatchObject({
    content: [{ text: 'enough' }],
  })
  const bare = await call('ask', { ...FORM, stateless: true })
  expect(bare.result).not.toHaveProperty('requestState')
  const odd = await call('unknown_content', { resultType: 'x-vendor' })
  expect(odd.result).toMatchObject({
    resultType: 'x-vendor',
    content: [{ type: 'x-hologram' }, {}],
  })
})

test('a task asks, is answered, goes on, and can be cancelled', async () => {
  const task = async (method: string, taskId: unknown, more: Json = {}) =>
    (await send(method, { taskId, ...more }, TASKS)).result
  const made = (await call('slow_task', { ask: FORM, steps: 1 })).result
  expect(made).toMatchObject({ resultType: 'task' })
  const { taskId } = made as Json
  expect(await task('tasks/get', taskId)).toMatchObject({
    ...{ resultType: 'complete', status: 'input_required', inputRequests: { ask: FORM } },
  })
  await task('tasks/update', taskId, { inputResponses: { ask: { action: 'cancel' } } })
  await expect
    .poll(() => task('tasks/get', taskId))
    .toMatchObject({ status: 'completed', result: { structuredContent: { answer: {} } } })

  const long = (await call('slow_task', { steps: 1, stepMs: 60_000 })).result as Json
  await task('tasks/cancel', long['taskId'])
  expect(await task('tasks/get', long['taskId'])).toMatchObject({ status: 'cancelled' })
  expect((await send('tasks/get', { taskId })).error?.code).toBe(-32021)
})

test('over stdio every message of a subscription carries its id, the first one is the receipt', async () => {
  await using stdio = openRawStdio({ era: 'modern' })
  const filter = { notifications: { toolsListChanged: true, promptsListChanged: false } }
  stdio.send({ ...modernMessage('subscriptions/listen', filter).message, id: 'sub' })
  for (const [id, name] of ['change_tools', 'change_prompts', 'end_streams'].entries()) {
    stdio.send({ ...modernMessage('tools/call', { name }).message, id })
  }
  const _meta = { 'io.modelcontextprotocol/subscriptionId': 'sub' }
  expect(await stdio.until(({ id }) => id === 'sub')).toMatchObject({ result: { _meta } })
  const told = stdio.lines.map((line) => JSON.parse(line) as { method?: string })
  expect(told.filter(({ method }) => method)).toEqual([
    {
      ...{ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged' },
      params: { notifications: { toolsListChanged: true }, _meta },
    },
    { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta } },
  ])
})
