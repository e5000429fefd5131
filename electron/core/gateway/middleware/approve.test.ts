import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApprovalAnswer } from '../../../../shared/approval.ts'
import type { JsonObject } from '../../json-rpc.ts'
import { connectSse } from '../../testing/clients.ts'
import { echoServer } from '../../testing/echo-definition.ts'
import { openOpenApi } from '../../testing/openapi-probe.ts'
import { openRawClient } from '../../testing/raw-client.ts'
import { openScriptedModern } from '../../testing/scripted-modern.ts'
import type { TempCore } from '../../testing/temp-core.ts'
import { setMiddleware, startWithMiddleware } from '../../testing/with-middleware.ts'

const ERAS = ['legacy', 'modern'] as const
const APPROVE = { use: 'approve', destructive: false, tools: ['echo__echo'] }
const PATIENT = { timeout: 9_000 }
const ELICITATION = { capabilities: { elicitation: {} } }

const tool = (name: string, annotations = {}) => {
  return { name, inputSchema: { type: 'object' }, annotations }
}
const EXTRA_TOOLS = [
  tool('reads', { readOnlyHint: true }),
  tool('adds', { readOnlyHint: false, destructiveHint: false }),
  tool('drops', { destructiveHint: true }),
  tool('silent'),
]

// A start takes a second: one core is enough, since an entry that was changed knows nothing of before.
let core: TempCore
let scripted: Awaited<ReturnType<typeof openScriptedModern>>
let entries = 0
beforeAll(async () => {
  scripted = await openScriptedModern({ 'tools/call': ({ body }) => inRounds(body.params ?? {}) })
  const servers = [echoServer({ extraTools: EXTRA_TOOLS }), scripted.definition]
  core = await startWithMiddleware([], { servers })
})
afterAll(async () => {
  await core[Symbol.asyncDispose]()
  await scripted[Symbol.asyncDispose]()
})

/** A server that asks twice before it answers. */
function inRounds({ requestState }: JsonObject): JsonObject {
  if (requestState === 'two') return answered('done')
  const who = { method: 'elicitation/create', params: { message: 'Who?' } }
  const next = requestState === 'one' ? 'two' : 'one'
  return { resultType: 'input_required', inputRequests: { who }, requestState: next }
}

/** Another entry than any before. */
async function hold(fields: object = {}): Promise<void> {
  await setMiddleware(core, [{ ...APPROVE, seconds: 100 + ++entries, ...fields }])
}

const echo = (message = 'hello') => ({ name: 'echo__echo', arguments: { message } })
const waiting = () => core.admin.approvals.list.query()
const refused = (words: RegExp) => ({
  isError: true,
  content: [{ type: 'text', text: expect.stringMatching(words) as unknown }],
})
const answered = (text: string) => ({ content: [{ type: 'text', text }] })

async function decide(answer: ApprovalAnswer): Promise<void> {
  await expect.poll(waiting, PATIENT).toHaveLength(1)
  const [first] = await waiting()
  await core.admin.approvals.decide.mutate({ id: first?.id ?? '', answer })
}

test.each(ERAS)('a call of a %s client is made once a person has allowed it', async (era) => {
  await hold()
  await using client = await openRawClient(core, { era, info: { name: 'Cursor', version: '1' } })
  // What is not marked waits for nobody.
  expect(await client.call('echo__add', { a: 1, b: 2 })).toEqual({ sum: 3 })

  const first = client.request('tools/call', echo('a\u202eb'))
  await expect.poll(waiting, PATIENT).toMatchObject([
    {
      ...{ client: 'Cursor', server: 'echo', tool: 'echo', name: 'echo__echo' },
      ...{ endpoint: 'default', namespace: 'default', mayAlways: true, isCut: false },
      arguments: '{\n  "message": "a\\u202eb"\n}',
    },
  ])
  await decide('once')
  expect(await first).toMatchObject(answered('a\u202eb'))
  expect(await waiting()).toEqual([])

  const second = client.request('tools/call', echo())
  await decide('refuse')
  expect(await second).toMatchObject(refused(/A person refused this call of echo__echo/))
})

test('whichever way a call comes, it waits and shows what the server will get', async () => {
  await hold()
  const [endpoint] = await core.admin.endpoints.list.query()
  const setMode = (mode: 'direct' | 'search') => {
    const discovery = { mode, aboveTokens: 20_000, pinned: [] }
    return core.admin.endpoints.update.mutate({ id: endpoint?.id ?? '', patch: { discovery } })
  }
  await setMode('search')
  await using sse = await connectSse(new URL(`${core.url}/metamcp/default/sse`), core.key)
  const { call } = openOpenApi(core)
  const ways = [
    async (message: string) => (await call('echo__echo', { message })).json,
    (message: string) => sse.callTool(echo(message)),
    (message: string) => sse.callTool({ name: 'call_tool', arguments: echo(message) }),
  ]
  for (const [at, ask] of ways.entries()) {
    const result = ask(`way ${at}`)
    await expect
      .poll(waiting, PATIENT)
      .toMatchObject([{ tool: 'echo', arguments: `{\n  "message": "way ${at}"\n}` }])
    await decide('refuse')
    expect(await result).toMatchObject(refused(/A person refused this call of echo__echo/))
  }
  // What a person would not be shown is not made, also where a server would take it.
  const odd = { name: 'echo__echo', arguments: ['unseen'] }
  await using client = await openRawClient(core, { era: 'legacy' })
  await expect(client.request('tools/call', odd)).rejects.toMatchObject({ code: -32_602 })
  expect(await waiting()).toEqual([])
  await setMode('direct')
})

test('for the session, and for good', async () => {
  await hold()
  await using client = await openRawClient(core, { era: 'legacy' })
  await using other = await openRawClient(core, { era: 'legacy' })
  const first = client.request('tools/call', echo())
  await decide('session')
  await first
  expect(await client.call('echo__echo', { message: 'again' })).toBe('again')

  const second = other.request('tools/call', echo())
  await decide('always')
  expect(await second).toMatchObject(answered('hello'))
  await using third = await openRawClient(core, { era: 'modern' })
  expect(await third.call('echo__echo', { message: 'for good' })).toBe('for good')
  expect(await core.admin.namespaces.list.query()).toMatchObject([
    { middleware: [{ use: 'approve', allowed: ['echo__echo'] }] },
  ])
})

test.each(ERAS)('a %s client that can ask its own person does so', async (era) => {
  await hold()
  const asked: JsonObject[] = []
  const answers: JsonObject[] = [
    { action: 'accept', content: { answer: 'Allow once' } },
    { action: 'decline' },
    { action: 'accept', content: { answer: 'Refuse' } },
    { action: 'accept', content: { answer: 'Allow for this session' } },
  ]
  await using client = await openRawClient(core, {
    ...{ era, ...ELICITATION },
    answer(question) {
      asked.push({ ...question.params })
      return answers.shift() ?? { action: 'cancel' }
    },
  })
  const call = () => client.request('tools/call', echo('all of it'))
  expect(await call()).toMatchObject(answered('all of it'))
  expect(asked[0]?.message).toMatch(/tool echo of the server echo.*"message": "all of it"/s)
  expect(await call()).toMatchObject(refused(/A person refused/))
  expect(await call()).toMatchObject(refused(/A person refused/))
  expect(await call()).toMatchObject(answered('all of it'))
  expect(await call()).toMatchObject(answered('all of it'))
  expect(asked).toHaveLength(4)
  expect(await waiting()).toEqual([])
})

test('who answers in the window first takes the question back from a legacy client', async () => {
  await hold()
  const [put, told] = [Promise.withResolvers<void>(), [] as string[]]
  await using client = await openRawClient(core, {
    ...{ era: 'legacy', ...ELICITATION },
    answer() {
      put.resolve()
      return new Promise(() => {})
    },
  })
  const onNotification = ({ method }: { method: string }) => void told.push(method)
  const call = client.request('tools/call', echo(), { onNotification })
  await put.promise
  await decide('once')
  expect(await call).toMatchObject(answered('hello'))
  expect(told).toContain('notifications/cancelled')
})

test('a modern client that was asked comes back, and its state is good for one call', async () => {
  await hold()
  const answer = Promise.withResolvers<JsonObject>()
  await using client = await openRawClient(core, {
    ...{ era: 'modern', ...ELICITATION },
    answer: () => answer.promise,
  })
  const call = client.request('tools/call', echo())
  const [held] = await expect
    .poll(waiting, PATIENT)
    .toHaveLength(1)
    .then(() => waiting())
  await decide('once')
  // Closed without an answer: the one of the window counts.
  answer.resolve({ action: 'cancel' })
  expect(await call).toMatchObject(answered('hello'))
  const again = { ...echo(), inputResponses: {}, requestState: `approve:${held?.id}` }
  await expect(client.request('tools/call', again)).rejects.toMatchObject({ code: -32_602 })
  const others = { ...again, ...echo('something else') }
  await expect(client.request('tools/call', others)).rejects.toMatchObject({ code: -32_602 })
})

test('a no at the client is heard after a yes in the window, and no yes after a no', async () => {
  await hold()
  const no = { action: 'decline' }
  const yes = { action: 'accept', content: { answer: 'Allow once' } }
  for (const [inWindow, atClient] of [
    ['once', no],
    ['refuse', yes],
  ] as const) {
    const answer = Promise.withResolvers<JsonObject>()
    await using client = await openRawClient(core, {
      ...{ era: 'modern', ...ELICITATION },
      answer: () => answer.promise,
    })
    const call = client.request('tools/call', echo())
    await decide(inWindow)
    answer.resolve(atClient)
    expect(await call).toMatchObject(refused(/A person refused/))
  }
})

test.each(ERAS)(
  "nobody's answer to a %s client is a refusal, and no answer comes after",
  async (era) => {
    await hold({ seconds: 1 })
    await using client = await openRawClient(core, { era })
    const call = client.request('tools/call', echo())
    await expect.poll(waiting, PATIENT).toHaveLength(1)
    const [{ id } = { id: '' }] = await waiting()
    expect(await call).toMatchObject(refused(/nobody answered within 1 s/))
    expect(await waiting()).toEqual([])
    const late = core.admin.approvals.decide.mutate({ id, answer: 'once' })
    await expect(late).rejects.toThrow('Too late: the call of echo__echo was refused after 1 s.')
  },
)

test.each(ERAS)('what a %s client gives up waits no longer', async (era) => {
  await hold()
  await using client = await openRawClient(core, { era })
  const leaving = new AbortController()
  const call = client.request('tools/call', echo(), { signal: leaving.signal })
  call.catch(() => undefined)
  await expect.poll(waiting, PATIENT).toHaveLength(1)
  const [{ id } = { id: '' }] = await waiting()
  if (era === 'modern') leaving.abort()
  else await client.notify('notifications/cancelled', { requestId: client.lastId })
  await expect.poll(waiting, PATIENT).toEqual([])
  const late = core.admin.approvals.decide.mutate({ id, answer: 'once' })
  await expect(late).rejects.toThrow('does not wait')
})

test('what is switched off while its call waits is not called', async () => {
  await hold()
  const [namespace] = await core.admin.namespaces.list.query()
  const { id = '', servers = [] } = namespace ?? {}
  const rule = { serverId: servers[0]?.serverId ?? '', tool: 'echo' }
  const setTool = (enabled: boolean) =>
    core.admin.namespaces.setTool.mutate({ id, patch: { ...rule, enabled } })
  await using client = await openRawClient(core, { era: 'legacy' })
  const call = client.request('tools/call', echo())
  call.catch(() => undefined)
  await expect.poll(waiting, PATIENT).toHaveLength(1)
  await setTool(false)
  await decide('once')
  await expect(call).rejects.toMatchObject({ code: -32_602, message: 'Unknown tool: echo__echo' })
  await setTool(true)
})

test('tools that may destroy are marked without being named', async () => {
  await setMiddleware(core, [{ use: 'approve', seconds: 1, allowed: ['echo__add'] }])
  await using client = await openRawClient(core, { era: 'legacy' })
  const isHeld = async (name: string) => {
    const result = await client.request('tools/call', { name, arguments: { a: 1, b: 1 } })
    return JSON.stringify(result).includes('takes a person')
  }
  const names = ['reads', 'adds', 'drops', 'silent', 'add'].map((name) => `echo__${name}`)
  expect(await Promise.all(names.map(isHeld))).toEqual([false, false, true, true, false])
})

test('one answer is for all rounds of a call that the server interrupts', async () => {
  await hold({ tools: ['scripted__*'] })
  const asked: unknown[] = []
  await using client = await openRawClient(core, {
    ...{ era: 'modern', ...ELICITATION },
    answer({ params }) {
      asked.push(params?.message)
      const isOurs = String(params?.message).startsWith('MetaMCP holds')
      return { action: 'accept', content: isOurs ? { answer: 'Allow once' } : {} }
    },
  })
  expect(await client.call('scripted__tool')).toBe('done')
  expect(asked).toEqual([expect.stringContaining('MetaMCP holds'), 'Who?', 'Who?'])
})
