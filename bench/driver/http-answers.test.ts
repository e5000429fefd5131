import { expect, test } from 'vitest'
import { messagesIn } from './events.ts'
import { HttpAnswers, refusalOf, valueIn } from './http-answers.ts'

const LENGTH = 'HTTP/1.1 200 OK\r\nMcp-Session-Id: aBc\r\nContent-Length: 5\r\n\r\nfünf'
const CHUNKED =
  'HTTP/1.1 404 Not\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n'
const EMPTY = 'HTTP/1.1 202 Accepted\r\n\r\n'
const NOTHING = 'HTTP/1.1 204 No Content\r\n\r\n'
const ALL = Buffer.from(LENGTH + CHUNKED + EMPTY + NOTHING)

/** Reads these pieces; what was heard, as text. */
function read(pieces: readonly Buffer[]): string[] {
  const heard: string[] = []
  let parts: Buffer[] = []
  let head = ''
  const answers = new HttpAnswers({
    onHead: (status, text) => (head = `${status} ${valueIn(text, 'mcp-session-id') ?? ''}`),
    onBody: (part) => void parts.push(Buffer.from(part)),
    onEnd() {
      heard.push(`${head}:${Buffer.concat(parts).toString()}`)
      parts = []
    },
  })
  for (const piece of pieces) answers.read(piece)
  return heard
}

const HEARD = ['200 aBc:fünf', '404 :one two', '202 :', '204 :']

test('answers are read wherever the bytes were cut', () => {
  expect(read([ALL])).toEqual(HEARD)
  for (let at = 1; at < ALL.length; at += 1) {
    expect(read([ALL.subarray(0, at), ALL.subarray(at)])).toEqual(HEARD)
  }
  expect(read(Array.from(ALL, (byte) => Buffer.of(byte)))).toEqual(HEARD)
})

test('messages are found in JSON, and in a stream with what is no message', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream'
  const body = 'id: 1\ndata:\n\n: comment\n\nevent: message\ndata: {"id":1,\ndata: "x":2}\n\n'
  expect(messagesIn(head, body)).toEqual([{ id: 1, x: 2 }])
  expect(messagesIn('HTTP/1.1 200 OK', '{"id":3}')).toEqual([{ id: 3 }])
  expect(messagesIn('HTTP/1.1 202 Accepted', '')).toEqual([])
})

test('a refusal is told in a line, without the places of a stack', () => {
  const page =
    '<title>Error</title>\n<pre>Too Large<br> &nbsp;at read (/home/somebody/x.js:1)</pre>'
  expect(refusalOf({ status: 413, body: page })).toBe('HTTP 413: Too Large')
  const body = '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}'
  expect(refusalOf({ status: 404, body })).toBe('HTTP 404: Session not found')
})
