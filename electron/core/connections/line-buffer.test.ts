import { expect, test } from 'vitest'
import { openLineBuffer } from './line-buffer.ts'

const ping = (id: number, text = '') => ({ jsonrpc: '2.0', id, method: 'ping', params: { text } })
const lineOf = (message: object, end = '\n') => Buffer.from(JSON.stringify(message) + end)

test('messages come out whole and in order, however the bytes were cut', () => {
  const messages = [ping(1, 'ü'), ping(2, '€ 😀'), ping(3)]
  const bytes = Buffer.concat([lineOf(messages[0] ?? {}), lineOf(messages[1] ?? {}, '\r\n')])
  const all = Buffer.concat([bytes, lineOf(messages[2] ?? {})])
  for (const size of [1, 2, 7, all.length]) {
    const buffer = openLineBuffer(1_000)
    const seen: unknown[] = []
    for (let from = 0; from < all.length; from += size) {
      buffer.append(all.subarray(from, from + size))
      for (let next = buffer.readMessage(); next; next = buffer.readMessage()) seen.push(next)
    }
    expect(seen).toEqual(messages)
  }
})

test('lines that are not JSON are passed over; JSON that is no message is an error, once', () => {
  const buffer = openLineBuffer(1_000)
  buffer.append(Buffer.from('Starting…\n\n{"half":\n42\n[]\n{"id":1,"result":{}}\n'))
  buffer.append(lineOf(ping(5)))
  for (let bad = 0; bad < 3; bad++) expect(() => buffer.readMessage()).toThrow('not a JSON-RPC')
  expect(buffer.readMessage()).toEqual(ping(5))
  expect(buffer.readMessage()).toBeNull()
})

test.each([
  { jsonrpc: '2.0', id: 'a', result: { x: 1 }, 'x-extra': true },
  { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'what?' } },
  { jsonrpc: '2.0', method: 'notifications/x' },
  { jsonrpc: '2.0', error: { code: -32600, message: 'about no request' } },
])('nothing is taken from %o', (message) => {
  const buffer = openLineBuffer(1_000)
  buffer.append(lineOf(message))
  expect(buffer.readMessage()).toEqual(message)
})

test('a line beyond the limit is an error, many lines together are not', () => {
  const buffer = openLineBuffer(200)
  for (let id = 0; id < 50; id++) buffer.append(lineOf(ping(id)))
  expect(() => buffer.append(Buffer.alloc(201, 'x'))).toThrow('exceeded maximum size')
})

test('a large message in small pieces takes no time to speak of', { timeout: 10_000 }, () => {
  const buffer = openLineBuffer(100_000_000)
  const line = lineOf(ping(1, 'x'.repeat(40_000_000)))
  // Copying all that is held with every piece would take minutes.
  for (let from = 0; from < line.length; from += 4_096) {
    buffer.append(line.subarray(from, from + 4_096))
  }
  expect(buffer.readMessage()).not.toBeNull()
})

test('an integer beyond 2^53 is written again as it came', () => {
  const line = '{"jsonrpc":"2.0","id":1,"result":{"count":9007199254740993}}'
  const buffer = openLineBuffer(200)
  buffer.append(Buffer.from(`${line}\n`))
  expect(JSON.stringify(buffer.readMessage())).toBe(line)
})

const resultIs = (text: string) => `{"jsonrpc":"2.0","id":7,"result":${text}}`
const deep = `{"text":"\\"{[","list":${'['.repeat(5_000)}${']'.repeat(5_000)}}`

test.each([
  ...['null', '[]', '"done"', '5'].map((text) => [resultIs(text), 'not JSON-RPC']),
  ['{"jsonrpc":"2.0","id":7}', 'not JSON-RPC'],
  ['{"jsonrpc":"2.0","id":7,"error":"boom"}', 'not JSON-RPC'],
  ['{"jsonrpc":"2.0","id":7,"error":{"code":"E_BOOM","message":"boom"}}', 'not JSON-RPC'],
  [resultIs(deep), 'deeper than 500 levels'],
  [`{"jsonrpc":"2.0","error":{"code":1,"data":${deep}},"id":7}`, 'deeper than 500 levels'],
])('an answer that is none is an error to whoever waits for it (%#)', (line, why) => {
  const buffer = openLineBuffer(100_000)
  buffer.append(Buffer.from(`${line}\n`))
  const error = { code: -32603, message: expect.stringContaining(why) as string }
  expect(buffer.readMessage()).toEqual({ jsonrpc: '2.0', id: 7, error })
})

test.each([
  ['a request', `{"jsonrpc":"2.0","id":7,"method":"x","params":${deep}}`],
  ['a notification', `{"jsonrpc":"2.0","method":"x","params":${deep}}`],
  ['an answer to nobody', `{"jsonrpc":"2.0","id":null,"result":${deep}}`],
])('%s that is nested too deep is passed over', (_, line) => {
  const buffer = openLineBuffer(100_000)
  buffer.append(Buffer.from(`${line}\n`))
  expect(() => buffer.readMessage()).toThrow('not a JSON-RPC')
})

test('a line may hold several messages, as revision 2025-03-26 has it', () => {
  const buffer = openLineBuffer(1_000)
  buffer.append(Buffer.from(`[${JSON.stringify(ping(1))},7,${JSON.stringify(ping(2))}]\n`))
  expect([1, 2, 3].map(() => buffer.readMessage())).toEqual([ping(1), ping(2), null])
})
