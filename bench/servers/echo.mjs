import { definitionsOf } from './definitions.mjs'

/**
 * The MCP server behind everything that `npm run bench` measures: of the legacy era, over stdio, with
 * no checks and no library, so that what is measured is what stands before it.
 *
 *     node bench/servers/echo.mjs '{"tools":25}'
 *
 * @typedef {{ name?: string, tools?: number, fault?: 'dead' | 'hangs' }} EchoOptions
 */

/** @type {EchoOptions} */
const { name = 'echo', tools = 3, fault } = JSON.parse(process.argv[2] ?? '{}')
if (fault === 'dead') process.exit(1)

const HELLO = { capabilities: { tools: {} }, serverInfo: { name, version: '1' } }
const LIST = JSON.stringify({ tools: definitionsOf(tools) })

/** @param {string} text */
function write(text) {
  process.stdout.write(`${text}\n`)
}

/** @param {unknown} id @param {string} result as JSON */
function answer(id, result) {
  write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`)
}

/** @param {unknown} id @param {string} words */
function answerText(id, words) {
  answer(id, `{"content":[{"type":"text","text":${JSON.stringify(words)}}]}`)
}

/** @param {unknown} id @param {any} params */
function call(id, { name: tool, arguments: args = {}, _meta: meta = {} }) {
  if (tool === 'exit') process.exit(1)
  if (tool !== 'progress') return answerText(id, String(args.message))
  for (let step = 1; step <= args.steps; step += 1) {
    const params = { progressToken: meta.progressToken, progress: step, total: args.steps }
    write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }))
  }
  answerText(id, `done after ${args.steps} steps`)
}

/** @param {string} line */
function receive(line) {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined || method === undefined) return
  if (method === 'tools/call') return call(id, params)
  if (method === 'tools/list') return answer(id, LIST)
  if (method === 'ping') return answer(id, '{}')
  if (method === 'initialize') {
    if (fault === 'hangs') return
    return answer(id, JSON.stringify({ ...HELLO, protocolVersion: params.protocolVersion }))
  }
  const error = { code: -32601, message: `Method not found: ${method}` }
  write(JSON.stringify({ jsonrpc: '2.0', id, error }))
}

/** Of a line that has not ended yet: joined once, since it may be of 10 MB. @type {string[]} */
let begun = []
process.stdin.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) {
    receive(begun.length > 0 ? begun.join('') + line : line)
    begun = []
  }
  if (rest !== '') begun.push(rest)
})
process.stdin.on('end', () => process.exit(0))
