import { expect, test } from 'vitest'
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
  for (const unit of ['a', '1 ', '+1', '@a.', 'A1 ', '://a:', '-----BEGIN ', '1.', 'eyJ']) {
    expect(hide(unit.repeat(300_000)).length, unit).toBeGreaterThan(0)
  }
})
