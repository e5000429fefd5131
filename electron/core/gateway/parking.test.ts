import { afterEach, expect, test, vi } from 'vitest'
import type { Ask } from '../connections/connection.ts'
import { isObject, RpcError, type JsonObject, type RpcNotification } from '../json-rpc.ts'
import { openSecrets } from '../secrets.ts'
import { ownCall, type Call } from './call.ts'
import { Parking, type Inner } from './parking.ts'
import { StateSeal } from './sealed-state.ts'

const seal = new StateSeal(openSecrets(new Uint8Array(32).fill(7)))
const never = () => ({ signal: new AbortController().signal, onProgress: () => undefined })

afterEach(() => {
  vi.useRealTimers()
})

function callOf(params: JsonObject, more: Partial<Call> = {}): Call {
  const client = { capabilities: { elicitation: {}, sampling: {} }, info: undefined }
  return {
    ...ownCall('e', 'tools/call'),
    caller: 'me',
    client,
    ...more,
    params: { name: 't', ...params },
  }
}

/** A server that asks each of these, one after the other, and answers with the answers. */
const asking =
  (...methods: string[]) =>
  async ({ ask }: Inner): Promise<JsonObject> => {
    const answers: unknown[] = []
    for (const method of methods) answers.push(await ask({ method, params: { a: 1 } }, never()))
    return { answers }
  }

function questionsIn(result: JsonObject): JsonObject {
  expect(result.resultType).toBe('input_required')
  return isObject(result.inputRequests) ? result.inputRequests : {}
}

function retryOf(result: JsonObject, answer: (key: string) => unknown): JsonObject {
  const keys = Object.keys(questionsIn(result))
  const inputResponses = Object.fromEntries(keys.map((key) => [key, answer(key)]))
  return { inputResponses, requestState: result.requestState }
}

function resume(parking: Parking, params: JsonObject, more: Partial<Call> = {}) {
  const call = callOf(params, more)
  const state = seal.open(params.requestState, call)
  if (state.kind !== 'parked') throw new Error('not a parked call')
  return parking.resume(state, call)
}

// Shows: mrtr-keys, mrtr-not-empty, mrtr-instead-of-requests
test('a call that asks twice goes through two rounds, and each answer reaches its question', async () => {
  const parking = new Parking({ seal })
  const work = asking('elicitation/create', 'sampling/createMessage')
  const first = await parking.begin(callOf({}), work)
  expect(Object.values(questionsIn(first))).toEqual([
    { method: 'elicitation/create', params: { a: 1 } },
  ])
  const second = await resume(
    parking,
    retryOf(first, () => ({ action: 'accept' })),
  )
  expect(Object.keys(questionsIn(second))).not.toEqual(Object.keys(questionsIn(first)))
  const last = await resume(
    parking,
    retryOf(second, () => ({ model: 'm' })),
  )
  expect(last).toEqual({ answers: [{ action: 'accept' }, { model: 'm' }] })
  expect(parking.size).toBe(0)
})

// Shows: mrtr-responses-missing, mrtr-responses-extra
test('what is still missing is asked again, and what nobody asked for is ignored', async () => {
  const parking = new Parking({ seal })
  const work = async ({ ask }: Inner) => ({
    answers: await Promise.all([
      ask({ method: 'elicitation/create' }, never()),
      ask({ method: 'sampling/createMessage' }, never()),
    ]),
  })
  const first = await parking.begin(callOf({}), work)
  const [one = '', other = ''] = Object.keys(questionsIn(first))
  const half = {
    inputResponses: { [one]: { n: 1 }, x: { n: 9 } },
    requestState: first.requestState,
  }
  const again = await resume(parking, half)
  expect(Object.keys(questionsIn(again))).toEqual([other])
  const last = await resume(
    parking,
    retryOf(again, () => ({ n: 2 })),
  )
  expect(last).toEqual({ answers: [{ n: 1 }, { n: 2 }] })
})

// Shows: mrtr-responses-checked
test('responses that are no object are an error', async () => {
  const parking = new Parking({ seal })
  const first = await parking.begin(callOf({}), asking('elicitation/create'))
  const { requestState } = first
  const malformed = () => resume(parking, { inputResponses: [1], requestState })
  expect(malformed).toThrow(expect.objectContaining({ code: -32602 }))
  // And cost nothing: the call still waits for the right ones.
  const last = await resume(
    parking,
    retryOf(first, () => ({ n: 1 })),
  )
  expect(last).toEqual({ answers: [{ n: 1 }] })
})

// Shows: mrtr-declared, mrtr-kinds
test.each(['roots/list', 'custom/thing'])(
  '%s is refused to the server, not asked',
  async (method) => {
    const parking = new Parking({ seal })
    const result = parking.begin(callOf({}), asking(method))
    await expect(result).rejects.toMatchObject({ code: -32601 })
  },
)

// Shows: mrtr-state-sealed, mrtr-state-caller, mrtr-state-request
test('a state is refused when changed, from another caller, and for another request', async () => {
  const parking = new Parking({ seal })
  const { requestState } = await parking.begin(callOf({}), asking('elicitation/create'))
  const state = String(requestState)
  const wrong = [
    () => seal.open(`${state.slice(0, -2)}AA`, callOf({})),
    () => seal.open(state, callOf({}, { caller: 'another' })),
    () => seal.open(state, callOf({}, { endpoint: 'another' })),
    () => seal.open(state, callOf({}, { method: 'prompts/get' })),
    () => seal.open(state, callOf({ arguments: { x: 1 } })),
  ]
  for (const open of wrong) expect(open).toThrow(RpcError)
  expect(seal.open(state, callOf({ _meta: { progressToken: 3 } }))).toMatchObject({
    kind: 'parked',
  })
})

// Shows: mrtr-state-expiry
test('a state expires', () => {
  let now = 0
  const clocked = new StateSeal(openSecrets(new Uint8Array(32)), () => now)
  const state = clocked.seal({ kind: 'server', serverId: 's', state: 'theirs' }, callOf({}))
  now = 59 * 60_000
  expect(clocked.open(state, callOf({}))).toMatchObject({ state: 'theirs' })
  now = 61 * 60_000
  expect(() => clocked.open(state, callOf({}))).toThrow(/expired/)
})

// Shows: mrtr-state-once
test('a state is good for one round', async () => {
  const parking = new Parking({ seal })
  const work = asking('elicitation/create', 'elicitation/create')
  const first = await parking.begin(callOf({}), work)
  await resume(
    parking,
    retryOf(first, () => ({ action: 'accept' })),
  )
  expect(() =>
    resume(
      parking,
      retryOf(first, () => ({ action: 'accept' })),
    ),
  ).toThrow(/is over/)
})

// Shows: mrtr-abandoned
test('a call whose client does not come back is cancelled at the server', async () => {
  vi.useFakeTimers()
  const parking = new Parking({ seal, parkedMs: 1_000 })
  const ended = Promise.withResolvers<unknown>()
  const answered = Promise.withResolvers<unknown>()
  const asked = parking.begin(callOf({}), ({ ask, signal }) => {
    signal.addEventListener('abort', () => ended.resolve(signal.reason))
    const answer = ask({ method: 'elicitation/create' }, never())
    answer.catch(answered.resolve)
    return answer
  })
  await vi.runAllTicks()
  await vi.advanceTimersByTimeAsync(20)
  await asked
  expect(parking.size).toBe(1)
  await vi.advanceTimersByTimeAsync(1_000)
  await expect(ended.promise).resolves.toMatchObject({ message: /did not come back/ })
  // The server hears that its question will not be answered.
  await expect(answered.promise).resolves.toBeInstanceOf(RpcError)
  expect(parking.size).toBe(0)
})

test('a client that leaves in a round cancels the call', async () => {
  const parking = new Parking({ seal })
  const controller = new AbortController()
  const call = callOf({}, { signal: controller.signal })
  const result = parking.begin(
    call,
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
  )
  controller.abort(new RpcError(-32603, 'left'))
  await expect(result).rejects.toThrow('left')
})

test('progress goes to the request that is there, under its own token', async () => {
  const parking = new Parking({ seal })
  const told: RpcNotification[] = []
  const work = async ({ ask, notify }: Inner) => {
    const progress = { jsonrpc: '2.0' as const, method: 'notifications/progress' }
    notify({ ...progress, params: { progressToken: 'a', progress: 1 } })
    await ask({ method: 'elicitation/create' }, never())
    notify({ ...progress, params: { progressToken: 'a', progress: 2 } })
    return {}
  }
  const notify = (notification: RpcNotification) => void told.push(notification)
  const meta = (progressToken: string) => ({ _meta: { progressToken } })
  const first = await parking.begin(callOf(meta('a'), { notify }), work)
  await resume(parking, { ...retryOf(first, () => ({})), ...meta('b') }, { notify })
  expect(told.map(({ params }) => [params?.progressToken, params?.progress])).toEqual([
    ['a', 1],
    ['b', 2],
  ])
})

test('a question that the server takes back is not asked', async () => {
  const parking = new Parking({ seal })
  const withdrawn = new AbortController()
  const work = async ({ ask }: { ask: Ask }) => {
    const answer = ask({ method: 'elicitation/create' }, { ...never(), signal: withdrawn.signal })
    withdrawn.abort(new Error('taken back'))
    return answer.catch((error: Error) => ({ why: error.message }))
  }
  await expect(parking.begin(callOf({}), work)).resolves.toEqual({ why: 'taken back' })
})

test('no more calls of one caller wait than may, and others still can', async () => {
  const parking = new Parking({ seal, maxParkedByOne: 1 })
  await parking.begin(callOf({}), asking('elicitation/create'))
  const second = parking.begin(callOf({}), asking('elicitation/create'))
  await expect(second).rejects.toMatchObject({ data: { limit: 1 } })
  await parking.begin(callOf({}, { caller: 'another' }), asking('elicitation/create'))
  expect(parking.size).toBe(2)
})

test('no more calls wait than may', async () => {
  const parking = new Parking({ seal, maxParked: 1 })
  await parking.begin(callOf({}), asking('elicitation/create'))
  const second = parking.begin(callOf({}), asking('elicitation/create'))
  await expect(second).rejects.toMatchObject({ data: { limit: 1 } })
  expect(parking.size).toBe(1)
})
