import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { dataOf, openRawHttp, sendEvents, sendJson, type Seen } from '../testing/echo-http.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { openScriptedModern } from '../testing/scripted-modern.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

/** Round trips (2026-07-28, "Multi Round-Trip Requests") as a bare server sees them. */

const ERAS = ['legacy', 'modern'] as const
const FORM = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }
const question = { method: 'elicitation/create', params: FORM }
const capabilities = { elicitation: {} }

const paramsOf = ({ body }: Seen): JsonObject => body.params ?? {}

// Shows: mrtr-state-echoed, mrtr-own-retry, mrtr-new-id, mrtr-inputs
test.each(ERAS)(
  'a %s client: each retry carries what belongs to it, and nothing else does',
  async (era) => {
    const state = `ü "\u0000" 🙂 ${'s'.repeat(64 * 1024)}`
    await using server = await openScriptedModern({
      'tools/call'(request) {
        const { arguments: args, inputResponses, requestState } = paramsOf(request)
        const { kind } = args as JsonObject
        if (kind === 'plain') return { content: [{ type: 'text', text: 'plain' }] }
        // With a state, without one, and only a state: three rounds.
        const inputRequests = { who: question }
        if (kind === 'rounds' && !inputResponses && !requestState) {
          return { resultType: 'input_required', inputRequests, requestState: state }
        }
        if (kind === 'rounds' && inputResponses && requestState === state) {
          return { resultType: 'input_required', inputRequests }
        }
        if (kind === 'rounds' && inputResponses) {
          return { resultType: 'input_required', requestState: 'only' }
        }
        return { content: [{ type: 'text', text: 'done' }] }
      },
    })
    const file = configFileOf([server.definition], { prefix: false })
    await using core = await startTempCore({ file })
    let asked = 0
    await using client = await openRawClient(core, {
      ...{ era, capabilities },
      async answer() {
        asked += 1
        expect(await client.call('tool', { kind: 'plain' })).toBe('plain')
        return { action: 'accept', content: { asked } }
      },
    })
    expect(await client.call('tool', { kind: 'rounds' })).toBe('done')
    const calls = server.asked('tools/call')
    const kindOf = (one: Seen) => (paramsOf(one)['arguments'] as JsonObject)['kind']
    const inRounds = calls.filter((one) => kindOf(one) === 'rounds').map(paramsOf)
    const responses = (n: number) => ({ who: { action: 'accept', content: { asked: n } } })
    expect(inRounds.map(({ inputResponses }) => inputResponses)).toEqual([
      ...[undefined, responses(1), responses(2), undefined],
    ])
    expect(inRounds.map(({ requestState }) => requestState === state)).toEqual([
      ...[false, true, false, false],
    ])
    expect(inRounds.map((one) => 'requestState' in one)).toEqual([false, true, false, true])
    expect(inRounds[3]).toMatchObject({ requestState: 'only' })
    const plain = calls.filter((one) => kindOf(one) === 'plain').map(paramsOf)
    expect(plain).toHaveLength(2)
    for (const one of plain) {
      expect(one).not.toHaveProperty('requestState')
      expect(one).not.toHaveProperty('inputResponses')
    }
    expect(new Set(calls.map(({ body }) => body.id)).size).toBe(calls.length)
  },
)

// Shows: mrtr-methods
test.each(ERAS)('a %s client is not asked where a server may not ask', async (era) => {
  await using server = await openScriptedModern({
    'completion/complete': () => ({
      ...{ resultType: 'input_required', inputRequests: { who: question } },
    }),
    'prompts/list': () => ({
      ...{ resultType: 'input_required', inputRequests: { who: question } },
    }),
  })
  await using core = await startTempCore({ file: configFileOf([server.definition]) })
  const asked: unknown[] = []
  const answer = (one: object) => (asked.push(one), { action: 'accept' })
  await using client = await openRawClient(core, { era, capabilities, answer })
  const argument = { name: 'x', value: '' }
  const ref = { type: 'ref/resource', uri: 'x://one' }
  const completing = client.request('completion/complete', { ref, argument })
  await expect(completing).rejects.toMatchObject({ code: -32603, data: { server: 'scripted' } })
  const { resultType = 'complete' } = await client.request('prompts/list')
  expect(resultType).toBe('complete')
  expect(asked).toEqual([])
})

// Shows: mrtr-methods
test('a legacy server that asks while it completes is refused, and the client has its answer', async () => {
  const refused = Promise.withResolvers<Seen['body']>()
  await using server = await openRawHttp((request, response) => {
    if (!handshake(request, response)) complete(request, response, refused.resolve)
  })
  const definition = { type: 'STREAMABLE_HTTP' as const, name: 'asks', url: `${server.origin}/mcp` }
  await using core = await startTempCore({ file: configFileOf([definition], { prefix: false }) })
  await using client = await openRawClient(core, {
    ...{ era: 'modern', capabilities, answer: () => ({ action: 'accept' }) },
  })
  const ref = { type: 'ref/prompt', name: 'prompt' }
  const result = await client.request('completion/complete', { ref, argument: { name: 'x' } })
  expect(result).toMatchObject({ resultType: 'complete', completion: { values: ['one'] } })
  expect(await refused.promise).toMatchObject({ id: 'q', error: { code: -32601 } })
})

let completing: { id: unknown; response: ServerResponse } | undefined

/** Asks first; answers once it was answered itself. */
function complete(
  { body }: Seen,
  response: ServerResponse,
  answered: (body: object) => void,
): void {
  if (body.method === 'completion/complete') {
    completing = { id: body.id, response }
    return sendEvents(response, dataOf({ id: 'q', ...question }))
  }
  if (body.method !== undefined || completing === undefined) {
    return void response.writeHead(202).end()
  }
  answered(body)
  response.writeHead(202).end()
  const { id, response: stream } = completing
  sendEvents(stream, dataOf({ id, result: { completion: { values: ['one'] } } }))
  stream.end()
}

/** `false` if it is none of the requests of every session. */
function handshake({ method, body }: Seen, response: ServerResponse): boolean {
  if (method !== 'POST') response.writeHead(method === 'GET' ? 405 : 204).end()
  const error = { code: -32601, message: 'Method not found' }
  const answers: Record<string, JsonObject> = {
    'server/discover': { error },
    initialize: {
      result: {
        protocolVersion: '2025-11-25',
        capabilities: { completions: {}, prompts: {} },
        serverInfo: { name: 'asks', version: '1' },
      },
    },
    'prompts/list': { result: { prompts: [{ name: 'prompt' }] } },
  }
  const answer = answers[body.method ?? '']
  if (method === 'POST' && answer) sendJson(response, { jsonrpc: '2.0', id: body.id, ...answer })
  return response.writableEnded
}
