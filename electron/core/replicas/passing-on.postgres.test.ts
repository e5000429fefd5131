import { expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents } from '../testing/event-probe.ts'
import { HELLO, modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { openOddAuthServer } from '../testing/odd-auth-server.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { startReplicas } from '../testing/replicas.ts'
import { configFileOf, type TempCore } from '../testing/temp-core.ts'

/** What one replica has begun, and its client brings to another. */

const SOON = { timeout: 15_000, interval: 50 }
const FORM = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }
const ASK = { name: 'echo__ask', arguments: { method: 'elicitation/create', params: FORM } }
const ANSWER = { ask: { action: 'accept' }, 'question-1': { action: 'accept' } }

type Json = { result?: Record<string, unknown>; error?: { code: number; message: string } }

/** A call of a modern client that can be asked. */
async function call(core: TempCore, params: { name: string }): Promise<Json> {
  return ask(core, 'tools/call', params)
}

async function ask(core: TempCore, method: string, params: Record<string, unknown>): Promise<Json> {
  const body = modern(method, params)
  const _meta = {
    ...(body.params as { _meta: object })._meta,
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  }
  const sent = { ...body, params: { ...body.params, _meta } }
  const headers = modernHeaders(method, params['name'] as string | undefined)
  return (await openProbe(core).send({ headers, body: sent })).json as Json
}

function retryOf({ result }: Json, inputResponses: object = ANSWER) {
  expect(result).toMatchObject({ resultType: 'input_required' })
  return { inputResponses, requestState: String(result?.requestState) }
}

test('a call that waits at one replica goes on from another, and is over with its own', async () => {
  await using replicas = await startReplicas({
    file: configFileOf([echoServer()]),
    drainMs: 100,
  })
  const { one, other } = replicas
  const waiting = await call(one, ASK)
  const { requestState } = retryOf(waiting)
  expect(requestState).toMatch(/^@r1\./)
  const done = await call(other, { ...ASK, ...retryOf(waiting) })
  expect(done.result).toMatchObject({ structuredContent: { result: { action: 'accept' } } })
  // Once, wherever it comes from.
  const again = await call(other, { ...ASK, ...retryOf(waiting) })
  expect(again.error).toMatchObject({ code: -32602 })

  const stranded = retryOf(await call(one, ASK))
  const madeUp = { ...stranded, requestState: stranded.requestState.replace('@r1.', '@r9.') }
  expect((await call(other, { ...ASK, ...madeUp })).error).toMatchObject({ code: -32602 })
  await one.close()
  const lost = await call(other, { ...ASK, ...stranded })
  expect(lost.error).toMatchObject({ code: -32602, message: expect.stringMatching(/anew/) })
  // And so it is issued anew.
  const anew = await call(other, { ...ASK, ...retryOf(await call(other, ASK)) })
  expect(anew.result).toMatchObject({ structuredContent: { result: { action: 'accept' } } })
})

test('a list that is begun at one replica goes on at the other', async () => {
  await using replicas = await startReplicas({
    file: configFileOf([echoServer({ tools: 1_100, bare: true })]),
  })
  const { one, other } = replicas
  const namesIn = ({ result }: Json) =>
    (result?.['tools'] as { name: string }[]).map(({ name }) => name)
  const first = await ask(one, 'tools/list', {})
  const { nextCursor: cursor } = first.result ?? {}
  const rest = await ask(other, 'tools/list', { cursor })
  expect(rest.result).not.toHaveProperty('nextCursor')
  expect(new Set([...namesIn(first), ...namesIn(rest)]).size).toBe(1_100)
  // Nor does it matter whose list it is.
  expect((await ask(one, 'tools/list', { cursor })).result?.['tools']).toEqual(
    rest.result?.['tools'],
  )
  expect(namesIn(first)).toHaveLength(1_000)
})

test('a call that waits for a person’s word is answered through another replica', async () => {
  const middleware = [{ use: 'approve', destructive: false, tools: ['echo__add'] }]
  const namespaces = { default: { servers: ['echo'], middleware } }
  const file = { ...configFileOf([echoServer()]), namespaces }
  await using replicas = await startReplicas({ file, drainMs: 60_000 })
  const { one, other } = replicas
  const add = { name: 'echo__add', arguments: { a: 1, b: 2 } }
  const held = await call(one, add)
  const allowed = { approve: { action: 'accept', content: { answer: 'Allow once' } } }
  const retry = { ...add, ...retryOf(held, allowed) }
  expect((await call(other, retry)).result).toMatchObject({ structuredContent: { sum: 3 } })
  expect((await call(other, retry)).error).toMatchObject({ code: -32602 })

  // Nor does a replica end before, as long as it has time.
  const late = { ...add, ...retryOf(await call(one, add), allowed) }
  const closed = one.close()
  expect((await call(other, late)).result).toMatchObject({ structuredContent: { sum: 3 } })
  await closed
})

test('sessions and streams name their replica, and are unknown to all others', async () => {
  await using replicas = await startReplicas({ file: configFileOf([echoServer()]) })
  const { one, other } = replicas
  const id = await openProbe(one).openSession()
  expect(id).toMatch(/^r1\.[\w-]{36}$/)
  const headers = { 'mcp-session-id': id }
  expect((await openProbe(one).send({ headers, body: rpc('ping') })).status).toBe(200)
  expect((await openProbe(other).send({ headers, body: rpc('ping') })).status).toBe(404)

  const bearer = { authorization: `Bearer ${one.key}` }
  const stream = await openEvents(`${one.url}/metamcp/default/sse`, { headers: bearer })
  const { data: path } = await stream.event(({ event }) => event === 'endpoint')
  expect(path).toMatch(/\?sessionId=r1\./)
  const hello = { path, body: rpc('initialize', HELLO, 'hello') }
  expect((await openProbe(other).send(hello)).status).toBe(404)
  expect((await openProbe(one).send(hello)).status).toBe(202)
  stream.destroy()
})

test('who comes back from a sign-in to another replica is signed in, at both', async () => {
  let given = 0
  const tokens = () => {
    given += 1
    const body = { access_token: `access-${given}`, refresh_token: `refresh-${given}` }
    // So short that each use of it takes a new one.
    return { body: { ...body, token_type: 'Bearer', expires_in: 30 } }
  }
  await using locked = await openOddAuthServer({ answers: { '/token': tokens } })
  await using replicas = await startReplicas()
  const { one, other } = replicas
  const { id: serverId } = await one.admin.servers.create.mutate({
    ...{ name: 'locked', type: 'STREAMABLE_HTTP', url: locked.mcpUrl },
  })
  const { url } = await one.admin.oauth.signIn.mutate({ serverId })
  const state = new URL(url).searchParams.get('state') ?? ''
  const comeBack = () => fetch(`${other.url}/oauth/callback?code=the-code&state=${state}`)
  const first = await comeBack()
  expect(first.status).toBe(200)
  expect(await first.text()).toContain('You are signed in')
  for (const { admin } of [one, other]) {
    const signIn = async () => (await admin.servers.list.query())[0]?.signIn
    await expect.poll(signIn, SOON).toBe('signed-in')
  }
  expect((await comeBack()).status).toBe(400)

  // A refresh token is good once, and both need it now.
  const used = () => locked.posted.flatMap(({ form }) => form.get('refresh_token') ?? [])
  const before = used().length
  for (const _round of [1, 2, 3]) {
    const tried = [one, other].map(({ admin }) => admin.servers.test.mutate({ id: serverId }))
    await Promise.allSettled(tried)
  }
  expect(used().length).toBeGreaterThan(before + 3)
  expect(new Set(used()).size).toBe(used().length)
})

test('what is taken at one replica counts at the other', async () => {
  const rateLimit = { perMinute: 40, perClientPerMinute: 20 }
  const file = configFileOf([echoServer()], { rateLimit })
  await using replicas = await startReplicas({ file })
  const { one, other } = replicas
  const say = { name: 'echo__echo', arguments: { message: 'hi' } }
  for (let count = 0; count < 20; count += 1) {
    expect((await call(one, say)).result).toBeDefined()
  }
  let taken = 0
  const isRefused = async () => {
    const { error } = await call(other, say)
    taken += 1
    return error?.code === -32029
  }
  await expect.poll(isRefused, { timeout: 9_000, interval: 500 }).toBe(true)
  // Alone it would have taken as many again.
  expect(taken).toBeLessThan(20)
})

test('a replica that is to end finishes what it has begun, and begins nothing', async () => {
  await using replicas = await startReplicas({
    // A server that is shared asks only while one client alone has calls in flight.
    file: configFileOf([echoServer({}, { isolation: 'session' })]),
    drainMs: 60_000,
  })
  const { one, other } = replicas
  const { send, openSession } = openProbe(one)
  const headers = { 'mcp-session-id': await openSession() }
  const asked = Promise.withResolvers<void>()
  const mayAnswer = Promise.withResolvers<void>()
  await using client = await openRawClient(one, {
    ...{ era: 'legacy', capabilities: { elicitation: {} } },
    async answer() {
      asked.resolve()
      await mayAnswer.promise
      return { action: 'accept' }
    },
  })
  const running = client.request('tools/call', ASK)
  await asked.promise
  const parked = await call(one, ASK)

  const closed = one.close()
  const health = await fetch(`${one.url}/health`)
  expect(health.status).toBe(503)
  const say = { name: 'echo__echo', arguments: { message: 'hi' } }
  const sent = [
    { headers: modernHeaders('tools/call', say.name), body: modern('tools/call', say) },
    { body: rpc('initialize', HELLO) },
    { path: '/metamcp/default/api/echo__echo', body: say.arguments },
    { path: '/metamcp/default/sse', method: 'GET' },
  ]
  for (const request of sent) {
    const refused = await send(request)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('metamcp-replica')).toBe('r1')
  }
  for (const body of [rpc('ping'), rpc('tools/call', say)]) {
    expect((await send({ headers, body })).status).toBe(404)
  }
  expect((await send({ headers, method: 'GET' })).status).toBe(404)

  mayAnswer.resolve()
  expect(await running).toMatchObject({ structuredContent: { result: { action: 'accept' } } })
  const resumed = await call(other, { ...ASK, ...retryOf(parked) })
  expect(resumed.result).toMatchObject({ structuredContent: { result: { action: 'accept' } } })
  await closed
})
