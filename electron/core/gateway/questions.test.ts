import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RpcError, type JsonObject } from '../json-rpc.ts'
import { PAIRS, startPairs } from '../testing/pairs.ts'
import { openRawClient, type RawClient, type RawClientOptions } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'

/** What servers may ask of clients, and what they hear when they may not. */

let core: TempCore
beforeAll(async () => {
  core = await startPairs()
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

const FORM = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }
const URL_MODE = { mode: 'url', message: 'Go', url: 'https://example.com/x', elicitationId: 'e' }
const SAMPLE = { messages: [], maxTokens: 1 }
const WITH_CHOICE = { ...SAMPLE, toolChoice: { mode: 'none' } }
const WITH_TOOLS = { ...SAMPLE, tools: [{ name: 'dice', inputSchema: { type: 'object' } }] }

type Options = Omit<RawClientOptions, 'era' | 'endpoint'>
type Answer = { result?: JsonObject; error?: JsonObject }

/** A client that keeps what it is asked, and what one call of `ask` came to. */
async function askOnce(
  [era, endpoint]: (typeof PAIRS)[number],
  options: Options,
  question: { method: string; params?: JsonObject; force?: boolean },
) {
  const asked: { method: string; params?: JsonObject }[] = []
  const { answer = () => ({}) } = options
  await using client = await openRawClient(core, {
    ...{ era, endpoint, ...options },
    answer: (one) => {
      asked.push(one)
      return answer(one)
    },
  })
  const outcome = await client
    .call('ask', question)
    .then((got) => got as Answer)
    .catch((error: unknown) => error as RpcError)
  return { asked, outcome }
}

const elicit = (params: JsonObject) => ({ method: 'elicitation/create', params })
const sample = (params: JsonObject) => ({ method: 'sampling/createMessage', params })

/** What is asked although not all it takes is declared, and the code that a legacy server hears. */
const UNDECLARED = [
  { declared: { elicitation: { form: {} } }, question: elicit(URL_MODE), code: -32602 },
  { declared: { elicitation: {} }, question: elicit(URL_MODE), code: -32602 },
  { declared: { elicitation: { url: {} } }, question: elicit(FORM), code: -32602 },
  { declared: { sampling: {} }, question: sample(WITH_TOOLS), code: -32602 },
  { declared: { sampling: {} }, question: sample(WITH_CHOICE), code: -32602 },
  { declared: { sampling: {} }, question: { method: 'roots/list' }, code: -32601 },
]

describe.each(PAIRS)('a %s client at %s', (era, endpoint) => {
  const pair = [era, endpoint] as const
  const isModernServer = endpoint.startsWith('modern')

  // Shows: elicitation-mode, elicitation-mode-refused, sampling-tools, sampling-tools-refused
  // Shows: roots-unsupported
  test.each(UNDECLARED)(
    'with $declared is not asked $question',
    async ({ declared, question, code }) => {
      // A modern server that keeps the rules does not even try: this one is made to.
      const options = { capabilities: declared }
      const { asked, outcome } = await askOnce(pair, options, { ...question, force: true })
      expect(asked).toEqual([])
      if (!isModernServer) return expect(outcome).toMatchObject({ error: { code } })
      if (era === 'legacy') return expect(outcome).toMatchObject({ code })
      expect(outcome).toMatchObject({ code: -32021, data: { requiredCapabilities: {} } })
    },
  )

  // Shows: elicitation-mode-absent
  test.each([{ elicitation: {} }, { elicitation: { form: {} } }])(
    'a request without a mode is a form, for a client with %j',
    async (capabilities) => {
      const answer = () => ({ action: 'accept', content: { a: 1 } })
      const question = { method: 'elicitation/create', params: FORM }
      const { asked, outcome } = await askOnce(pair, { capabilities, answer }, question)
      expect(asked).toMatchObject([{ params: FORM }])
      expect(outcome).toMatchObject({ result: { action: 'accept', content: { a: 1 } } })
    },
  )

  // Shows: elicitation-declined
  test.each(['decline', 'cancel'])(
    'the server hears that it was answered by %s',
    async (action) => {
      const options = { capabilities: { elicitation: {} }, answer: () => ({ action }) }
      const question = { method: 'elicitation/create', params: FORM }
      const { outcome } = await askOnce(pair, options, question)
      expect(outcome).toMatchObject({ result: { action } })
    },
  )

  // Shows: elicitation-url
  test('the URL of an elicitation is opened by nobody but the client', async () => {
    let visits = 0
    const server = createServer((_, response) => {
      visits += 1
      response.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/visit`
    const options = {
      capabilities: { elicitation: { url: {} } },
      answer: async ({ params }: { params?: JsonObject }) => {
        await fetch(String(params?.url))
        return { action: 'accept' }
      },
    }
    const question = { method: 'elicitation/create', params: { ...URL_MODE, url } }
    const { outcome } = await askOnce(pair, options, question)
    server.closeAllConnections()
    server.close()
    expect(outcome).toMatchObject({ result: { action: 'accept' } })
    expect(visits).toBe(1)
  })
})

// Shows: elicitation-declined
test('a legacy server hears of an error of the client as it is', async () => {
  const options = {
    capabilities: { elicitation: {} },
    answer: () => Promise.reject(new RpcError(-32099, 'not now')),
  }
  const question = { method: 'elicitation/create', params: FORM }
  const { outcome } = await askOnce(['legacy', 'legacy-stdio'], options, question)
  expect(outcome).toMatchObject({ error: { code: -32099, message: 'not now' } })
})

// Shows: elicitation-required
test.each(PAIRS.filter(([, endpoint]) => endpoint.startsWith('legacy')))(
  'a %s client at %s hears in its era that it has to visit URLs first',
  async (era, endpoint) => {
    const asked: unknown[] = []
    const elicitationId = `${era}-first`
    const visiting = (client: RawClient) => client.call('complete_url', { elicitationId })
    await using other = await openRawClient(core, { era: 'legacy', endpoint })
    await using client = await openRawClient(core, {
      ...{ era, endpoint, capabilities: { elicitation: { url: {} } } },
      async answer(question) {
        asked.push(question)
        await visiting(other)
        return { action: 'accept' }
      },
    })
    const result = client.call('url_required', { elicitationId })
    const url = `https://example.com/connect/${elicitationId}`
    if (era === 'modern') {
      expect(await result).toBe('signed in')
      const params = { mode: 'url', message: 'Please sign in', url }
      expect(asked).toEqual([{ method: 'elicitation/create', params }])
      return
    }
    const elicitations = [{ mode: 'url', message: 'Please sign in', url, elicitationId }]
    await expect(result).rejects.toMatchObject({ code: -32042, data: { elicitations } })
  },
)

// Shows: elicitation-complete, elicitation-complete-unknown
test('that a URL was visited is told to the client that was sent there, and to no other', async () => {
  const open = () => {
    const capabilities = { elicitation: { url: {} } }
    return openRawClient(core, { era: 'legacy', endpoint: 'legacy-stdio', capabilities })
  }
  await using asked = await open()
  await using other = await open()
  const elicitationId = 'told-to-one'
  await expect(asked.call('url_required', { elicitationId })).rejects.toThrow()
  expect(await other.call('complete_url', { elicitationId: 'of-nobody' })).toBe('completed')
  expect(await other.call('complete_url', { elicitationId })).toBe('completed')
  const method = 'notifications/elicitation/complete'
  const told = await asked.heard.until(method)
  expect(told).toMatchObject({ params: { elicitationId } })
  // Whatever was said to both before is there by then.
  await other.call('change_tools')
  for (const client of [asked, other]) {
    await client.heard.until('notifications/tools/list_changed')
  }
  const completions = (client: RawClient) =>
    client.heard.all.filter((one) => 'method' in one && one.method === method)
  expect(completions(asked)).toHaveLength(1)
  expect(completions(other)).toEqual([])
})
