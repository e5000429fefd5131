import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'

/**
 * The floor: what a gateway in Node.js costs at the least. One stdio server for all sessions, and ids
 * are mapped as texts; bodies are passed on unread. No auth, no names, no filter, no log, no progress,
 * no faults: nobody should use it for anything but a comparison.
 *
 *     node bench/servers/relay.mjs <command> <argument> …
 */
const [command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
child.on('exit', () => process.exit(1))

/** How the bodies of the bench begin, and the answers of its server. */
const BEGINNING = /^\{"jsonrpc":"2\.0","id":(\d+),/

/**
 * Those who wait, by the id that the server knows.
 * @type {Map<string, { id: string, response: import('node:http').ServerResponse }>}
 */
const waiting = new Map()
let lastId = 0

/** @param {string} body @param {import('node:http').ServerResponse} response */
function forward(body, response) {
  const found = BEGINNING.exec(body)
  if (!found) return response.writeHead(202).end()
  lastId += 1
  waiting.set(String(lastId), { id: found[1] ?? '', response })
  child.stdin.write(`{"jsonrpc":"2.0","id":${lastId},${body.slice(found[0].length)}\n`)
}

/** @param {string} line */
function answer(line) {
  const found = BEGINNING.exec(line)
  const asked = waiting.get(found?.[1] ?? '')
  if (!found || !asked) return
  waiting.delete(found[1] ?? '')
  const body = `{"jsonrpc":"2.0","id":${asked.id},${line.slice(found[0].length)}`
  asked.response.setHeader('content-length', Buffer.byteLength(body))
  asked.response.end(body)
}

/** Of a line that has not ended yet. @type {string[]} */
let begun = []
child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) {
    answer(begun.length > 0 ? begun.join('') + line : line)
    begun = []
  }
  if (rest !== '') begun.push(rest)
})

const http = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  if (!request.headers['mcp-session-id']) response.setHeader('mcp-session-id', randomUUID())
  /** @type {string[]} */
  const parts = []
  request.setEncoding('utf8').on('data', (part) => parts.push(part))
  request.on('end', () => forward(parts.join(''), response))
})
// Clients wait while others are measured.
http.keepAliveTimeout = 600_000
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  process.stdout.write(`listening ${typeof address === 'object' ? address?.port : ''}\n`)
})
