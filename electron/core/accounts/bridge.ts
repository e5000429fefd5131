import type { IncomingMessage, ServerResponse } from 'node:http'
import { isTooDeep, MAX_DEPTH } from '../json-depth.ts'
import { addressOf } from '../request-address.ts'

/** Headers of ours between the socket and the engine: what comes from outside is overwritten. */
export const ADDRESS_HEADER = 'x-metamcp-address'
export const OPERATOR_HEADER = 'x-metamcp-operator'

/** Forms of a sign-in are small; clients that register themselves are not much larger. */
const MAX_BODY_BYTES = 64 * 1024

export type BridgeOptions = {
  /** Where browsers reach us, without a slash at its end. */
  url: string
  /** A proxy stands before us, and says in X-Forwarded-For who asks. */
  isBehindProxy: boolean
  /** Whether the request comes with the admin token. */
  isOperator: (request: IncomingMessage) => boolean
}

/** Why a request goes no further: its status and the sentence that says why. */
export type Turned = { status: 405 | 413 | 400; message: string }

/** A request of Node's as one of the web, or why there is none. */
export async function toWebRequest(
  request: IncomingMessage,
  options: BridgeOptions,
): Promise<Request | Turned> {
  const { method = 'GET', url = '/' } = request
  if (method !== 'GET' && method !== 'POST') return WRONG_METHOD
  const body = method === 'GET' ? null : await readBody(request)
  if (body === 'too large') return TOO_LARGE
  if (body && isJson(request) && isTooDeep(body.toString())) return TOO_DEEP
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  headers.set(ADDRESS_HEADER, addressOf(request, options.isBehindProxy))
  headers.set(OPERATOR_HEADER, options.isOperator(request) ? '1' : '0')
  // The path as it came, below our own address: never that of another host.
  return new Request(new URL(options.url).origin + (url.startsWith('/') ? url : '/'), {
    method,
    headers,
    body: body && new Uint8Array(body),
  })
}

const WRONG_METHOD: Turned = { status: 405, message: 'This is asked by GET or POST' }
const TOO_LARGE: Turned = { status: 413, message: 'The request is too large' }
const TOO_DEEP: Turned = { status: 400, message: `Nested deeper than ${MAX_DEPTH} levels` }

function isJson({ headers }: IncomingMessage): boolean {
  return (headers['content-type'] ?? '').toLowerCase().includes('json')
}

export async function sendWebResponse(response: ServerResponse, given: Response): Promise<void> {
  const bytes = Buffer.from(await given.arrayBuffer())
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of given.headers) headers[name] = value
  const set = given.headers.getSetCookie()
  if (set.length > 0) headers['set-cookie'] = set
  const wait = given.headers.get('x-retry-after')
  if (wait !== null) headers['retry-after'] = wait
  response.writeHead(given.status, { 'cache-control': 'no-store', ...headers })
  response.end(bytes)
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return 'too large'
  const chunks: Buffer[] = []
  let size = 0
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return 'too large'
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
