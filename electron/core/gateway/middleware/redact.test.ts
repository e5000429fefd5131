import { expect, test } from 'vitest'
import { RpcError, type JsonObject, type RpcNotification } from '../../json-rpc.ts'
import { unknownTool } from '../unknown.ts'
import { openRedaction, REDACTED_KINDS } from '../../redaction.ts'
import { runMiddlewares, textResult } from '../../testing/run-middleware.ts'

const TOKEN = 'ghp_0123456789abcdefABCDEF0123456789abcd'

test('secrets go neither to servers nor to clients', async () => {
  const { callTool, reached } = runMiddlewares([{ use: 'redact' }], () => ({
    content: [
      { type: 'text', text: `your token is ${TOKEN}.` },
      { type: 'resource', resource: { uri: 'a:b', text: `Bearer ${TOKEN}` } },
    ],
    structuredContent: { deep: [{ token: TOKEN, count: 3, none: null }] },
  }))
  const result = await callTool('say', { text: `use ${TOKEN}`, nested: { list: [TOKEN, 1, true] } })
  expect(JSON.stringify(reached[0]?.params)).not.toContain(TOKEN)
  expect(reached[0]?.params.arguments).toEqual({
    text: 'use [redacted secret]',
    nested: { list: ['[redacted secret]', 1, true] },
  })
  expect(JSON.stringify(result)).not.toContain(TOKEN)
  expect(result.structuredContent).toEqual({
    deep: [{ token: '[redacted secret]', count: 3, none: null }],
  })
})

test('one way only, where the list says so', async () => {
  const only = (fields: object) =>
    runMiddlewares([{ use: 'redact', ...fields }], () => textResult(TOKEN))
  const toServers = only({ results: false })
  expect(await toServers.callTool('say', { text: TOKEN })).toEqual(textResult(TOKEN))
  expect(toServers.reached[0]?.params.arguments).toEqual({ text: '[redacted secret]' })
  const toClients = only({ arguments: false })
  expect(await toClients.callTool('say', { text: TOKEN })).toEqual(textResult('[redacted secret]'))
  expect(toClients.reached[0]?.params.arguments).toEqual({ text: TOKEN })
})

test('binary content stays whole, and what is not relayed text is not touched', async () => {
  const data = Buffer.from(`Bearer ${TOKEN}${TOKEN}`).toString('base64')
  const content = [{ type: 'image', data, mimeType: 'image/png' }]
  const { callTool, send } = runMiddlewares([{ use: 'redact' }], ({ method }) =>
    method === 'tools/call' ? { content } : { tools: [{ name: 't', description: TOKEN }] },
  )
  expect(await callTool('draw')).toEqual({ content })
  expect(await send('tools/list')).toEqual({ tools: [{ name: 't', description: TOKEN }] })
})

test('prompts and resources are read the same way', async () => {
  const { send } = runMiddlewares(
    [{ use: 'redact', words: ['Project X', 'a-b (c)'] }],
    ({ method }) =>
      method === 'prompts/get'
        ? { messages: [{ role: 'user', content: { type: 'text', text: 'on project x now' } }] }
        : { contents: [{ uri: 'a:b', text: 'PROJECT X' }] },
  )
  expect(JSON.stringify(await send('prompts/get', { name: 'p' }))).toContain('on [redacted] now')
  expect(await send('resources/read', { uri: 'a:b' })).toEqual({
    contents: [{ uri: 'a:b', text: '[redacted]' }],
  })
})

test('errors say no more than results do, and names that nobody has are said', async () => {
  const failing = (error: Error) =>
    runMiddlewares([{ use: 'redact' }], () => Promise.reject(error)).callTool('say')
  await expect(
    failing(new RpcError(-32_000, `no ${TOKEN}`, { sent: [TOKEN] })),
  ).rejects.toMatchObject({
    code: -32_000,
    message: 'no [redacted secret]',
    data: { sent: ['[redacted secret]'] },
  })
  const unknown = unknownTool(TOKEN)
  await expect(failing(unknown)).rejects.toBe(unknown)
})

test('what is asked and told in the middle of a call is hidden, both ways', async () => {
  const told: RpcNotification[] = []
  const asked: JsonObject[] = []
  const { callTool } = runMiddlewares([{ use: 'redact' }], async ({ notify, ask }) => {
    for (const [method, params] of [
      ['notifications/progress', { progressToken: 1, progress: 1, message: TOKEN }],
      ['notifications/message', { level: 'info', data: { deep: TOKEN } }],
    ] as const) {
      notify({ jsonrpc: '2.0', method, params })
    }
    const params = { message: TOKEN, url: `https://a.b/?state=${TOKEN}` }
    const signal = new AbortController().signal
    return ask({ method: 'elicitation/create', params }, { signal, onProgress: () => {} })
  })
  const answer = await callTool(
    'say',
    {},
    {
      notify: (one) => void told.push(one),
      ask({ params = {} }) {
        asked.push(params)
        return Promise.resolve({ action: 'accept', content: { key: TOKEN, id: 1 } })
      },
    },
  )
  expect(told.map(({ params }) => params)).toEqual([
    { progressToken: 1, progress: 1, message: '[redacted secret]' },
    { level: 'info', data: { deep: '[redacted secret]' } },
  ])
  // With a hole in it, an address leads nowhere.
  expect(asked).toEqual([{ message: '[redacted secret]', url: `https://a.b/?state=${TOKEN}` }])
  expect(answer).toEqual({ action: 'accept', content: { key: '[redacted secret]', id: 1 } })
})

test('names of fields, texts in base64 and completions are read, URIs still lead somewhere', async () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const id = '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms'
  const { send, callTool, reached } = runMiddlewares(
    [{ use: 'redact', kinds: ['secrets', 'emails'], words: ['text'] }],
    ({ method }) =>
      method === 'completion/complete'
        ? { completion: { values: [TOKEN, 'ok'] } }
        : {
            content: [
              { type: 'resource_link', name: 'a', uri: `drive://${id}` },
              {
                type: 'resource',
                resource: { uri: 'a:b', mimeType: 'text/plain', blob: base64(`x ${TOKEN}`) },
              },
            ],
            structuredContent: { 'a@b.org': 1, 'c@b.org': { [TOKEN]: 2 } },
          },
  )
  const given = { text: { 'a@b.org': id } }
  expect(await callTool('say', given)).toEqual({
    content: [
      { type: 'resource_link', name: 'a', uri: `drive://${id}` },
      {
        type: 'resource',
        resource: { uri: 'a:b', mimeType: 'text/plain', blob: base64('x [redacted secret]') },
      },
    ],
    structuredContent: {
      '[redacted e-mail]': 1,
      '[redacted e-mail] 2': { '[redacted secret]': 2 },
    },
  })
  // A tool's own parameters keep their names.
  expect(reached[0]?.params.arguments).toEqual({
    text: { '[redacted e-mail]': '[redacted secret]' },
  })
  const argument = { name: 'key', value: TOKEN }
  expect(await send('completion/complete', { argument })).toEqual({
    completion: { values: ['[redacted secret]', 'ok'] },
  })
  expect(reached[1]?.params.argument).toEqual({ name: 'key', value: '[redacted secret]' })
})

test('what modern servers ask, and tasks say, is read as well', async () => {
  const question = { method: 'elicitation/create', params: { message: TOKEN } }
  const { callTool, send, reached } = runMiddlewares([{ use: 'redact' }], ({ method }) =>
    method === 'tasks/get'
      ? { taskId: TOKEN, status: 'completed', result: textResult(TOKEN) }
      : { resultType: 'input_required', inputRequests: { one: question }, requestState: TOKEN },
  )
  const hidden = { ...question, params: { message: '[redacted secret]' } }
  const state = { requestState: TOKEN }
  expect(await callTool('say')).toMatchObject({ inputRequests: { one: hidden }, ...state })
  const inputResponses = { one: { action: 'accept', content: { key: TOKEN } } }
  await send('tools/call', { name: 'say', inputResponses, ...state })
  expect(reached[1]?.params).toMatchObject({
    ...{ inputResponses: { one: { action: 'accept', content: { key: '[redacted secret]' } } } },
    ...state,
  })
  expect(await send('tasks/get', { taskId: TOKEN })).toMatchObject({
    ...{ taskId: TOKEN, result: textResult('[redacted secret]') },
  })
})

test('a secret is not cut in two and so let through, whichever comes first', async () => {
  const text = `${'x '.repeat(240)} ${TOKEN} ${'y '.repeat(300)}`
  const list = [{ use: 'limit-size', characters: 500 }, { use: 'redact' }]
  for (const entries of [list, list.toReversed()]) {
    const { callTool } = runMiddlewares(entries, () => textResult(text))
    const first = JSON.stringify(await callTool('dump'))
    const handle = /handle\\":\\"([^"\\]+)/.exec(first)?.[1]
    const next = JSON.stringify(await callTool('read_more', { handle, offset: 500 }))
    expect(first + next).not.toMatch(/ghp_|cdefABCDEF|9abcd/)
    expect(next).toContain('y y')
  }
})

/** Long words that people write, and names of things. */
const NO_SECRETS = [
  '550e8400-e29b-41d4-a716-446655440000',
  'commit=3f2a9bcd01ef23456789abcdef0123456789abcd',
  'src/components/NamespaceMiddleware2List.tsx',
  'https://example.com/my-long-branch-name-for-feature-2026/skeletonLoadingComponentList',
  'projects/my-project-123456/locations/us-central1/keyRings/aRing2/cryptoKeys/theKey3',
]
const SECRETS = [
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'd41d8cd98f00b204e9800998ecf8427e',
  'sk_live_51H8x2eLkdIwHu7ixTq9zYw',
]

test('arguments that servers need are no secrets, and keys are', () => {
  const hide = openRedaction(['secrets'], [], 'random')
  expect(NO_SECRETS.map(hide)).toEqual(NO_SECRETS)
  expect(SECRETS.map(hide)).toEqual(SECRETS.map(() => '[redacted secret]'))
})

const HIDDEN = [
  ['mail ada.l+x@mail.example.org now', 'mail [redacted e-mail] now'],
  ['call +44 20 7946 0958 today', 'call [redacted phone] today'],
  ['card 4111 1111 1111 1111 ok', 'card [redacted card] ok'],
  ['order 4111 1111 1111 1112 ok', 'order 4111 1111 1111 1112 ok'],
  ['to DE89 3704 0044 0532 0130 00 please', 'to [redacted iban] please'],
  ['to DE89 3704 0044 0532 0130 01 please', 'to DE89 3704 0044 0532 0130 01 please'],
  ['from 203.0.113.7 and 127.0.0.1', 'from [redacted address] and 127.0.0.1'],
  ['version 1.2.3.4.5 of 2026-11-23 at 10:00', 'version 1.2.3.4.5 of 2026-11-23 at 10:00'],
  ['postgres://ada:pw123@db/x', 'postgres://[redacted secret]@db/x'],
]

test.each(HIDDEN)('%s', (text, shown) => {
  expect(openRedaction(REDACTED_KINDS, [])(text)).toBe(shown)
})

// What takes a time that grows with the square of the length does not come to an end here.
test('texts that are made to be slow are not', () => {
  const hide = openRedaction(REDACTED_KINDS, ['abc'])
  const units = ['a', '1 ', '+1', '@a.', 'A1 ', '://a:', '-----BEGIN ', '1.', 'eyJ', 'eyJ-', 'Ab1/']
  for (const text of [
    ...units.map((unit) => unit.repeat(300_000)),
    `basic${' '.repeat(900_000)}`,
  ]) {
    expect(hide(text).length, text.slice(0, 12)).toBeGreaterThan(0)
  }
})
