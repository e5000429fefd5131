import type { ServerProblem } from '../../../shared/server-problem.ts'
import { messageOf } from '../errors.ts'
import { isObject, RpcError } from '../json-rpc.ts'
import { isTooDeep } from '../json-depth.ts'
import { ADDRESS_NOT_ALLOWED, notAllowed } from '../outbound.ts'
import { parseJson } from '../json.ts'
import { readText } from './http-body.ts'
import { isNoHost, isUnsafe, networkProblem, signedProblem } from './http-problem.ts'
import type { Sign } from './http-problem.ts'
import { KnownProblem } from './known-problem.ts'
import { LARGEST_MESSAGE_MEGABYTES, TooLarge } from './read-message.ts'

/** One exchange broke off; others on the same connection may go on. */
const BROKEN: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'UND_ERR_SOCKET',
])

const QUOTED_CHARACTERS = 300

const ASKS_FOR_SIGN_IN =
  'It asks for a sign-in (HTTP 401). Sign in to it in MetaMCP, or give it a bearer token or a header.'
/** Of the body of a refusal: a JSON-RPC error may carry data, a page of HTML is not worth reading. */
const LARGEST_REFUSAL_BYTES = 1024 * 1024

/** The cause of a `ServerDown` or `RpcError` that came with an HTTP status. */
export class HttpRefusal extends KnownProblem {
  readonly status: number

  constructor(status: number, problem: ServerProblem | null = null) {
    super(`HTTP ${status}`, problem)
    this.name = 'HttpRefusal'
    this.status = status
  }
}

/** What became of an HTTP request, as far as a person or the connection must know. */
export type HttpFailure = {
  /** Whole sentences. */
  reason: string
  /** Of the answer; `null` when there was none, or when it was not the status that failed it. */
  status: number | null
  /** The server could not be reached at all: its other requests will not fare better. */
  isUnreachable: boolean
  /** The JSON-RPC error in the answer's body. */
  rpc: RpcError | null
  /** The same in facts, as far as they are known without the server's definition. */
  problem: ServerProblem | null
}

type BadAnswerParts = { status?: number | null; rpc?: RpcError | null; sign?: Sign | null }

/** An answer that is of no use, put into words already. */
export class BadAnswer extends Error {
  readonly status: number | null
  readonly rpc: RpcError | null
  readonly sign: Sign | null

  constructor(reason: string, { status = null, rpc = null, sign = null }: BadAnswerParts = {}) {
    super(reason)
    this.status = status
    this.rpc = rpc
    this.sign = sign
  }
}

export function notMcp(): BadAnswer {
  return new BadAnswer(
    'It answered with something that is not MCP. Is this the URL of an MCP server?',
    { sign: { kind: 'foreign' } },
  )
}

/** Reads what a server says with a status that is no success. */
export async function readRefusal(response: Response): Promise<BadAnswer> {
  const body = await readText(response, LARGEST_REFUSAL_BYTES).catch(() => '')
  const { status, headers } = response
  const target = status >= 300 && status < 400 ? headers.get('location') : null
  const reason = target === null ? describeStatus(status, body) : describeRedirect(status, target)
  const rpc = rpcErrorIn(body)
  return new BadAnswer(reason, { status, rpc, sign: signOf({ status, body, target, rpc }) })
}

type Refusal = { status: number; body: string; target: string | null; rpc: RpcError | null }

/** No MCP server says "not found" of its own address, or answers with a page. */
function signOf({ status, body, target, rpc }: Refusal): Sign | null {
  if (target !== null) return { kind: 'moved', to: target.slice(0, QUOTED_CHARACTERS) }
  if (rpc || status === 401 || status === 403 || status >= 500) return null
  const isForeign = status === 404 || status === 405 || /^\s*</.test(body)
  return isForeign ? { kind: 'foreign' } : null
}

/** Makes sense of whatever an HTTP request to a server failed with. */
export function readHttpFailure(error: unknown, url: URL): HttpFailure {
  const failure = { status: null, isUnreachable: false, rpc: null, problem: null }
  if (error instanceof BadAnswer) {
    const { message: reason, status, rpc, sign } = error
    return { ...failure, reason, status, rpc, problem: sign && signedProblem(sign, url) }
  }
  const code = networkCodeOf(error)
  if (code !== null) {
    const isUnreachable = !BROKEN.has(code)
    const problem = networkProblem(code, url)
    return { ...failure, reason: describeNetwork(code, url), isUnreachable, problem }
  }
  const isForeign = error instanceof SyntaxError
  const problem = isForeign ? signedProblem({ kind: 'foreign' }, url) : null
  return { ...failure, reason: describeOther(error), problem }
}

function describeStatus(status: number, body: string): string {
  if (status === 401) return ASKS_FOR_SIGN_IN
  if (status === 403) return 'It refuses our credentials (HTTP 403).'
  const words = /^\s*</.test(body) ? '' : body.trim().slice(0, QUOTED_CHARACTERS)
  return words === '' ? `It answered HTTP ${status}.` : `It answered HTTP ${status}: ${words}`
}

function describeRedirect(status: number, target: string): string {
  const shown = target.slice(0, QUOTED_CHARACTERS)
  return `It redirects to ${shown} (HTTP ${status}). If that is where it is, give that URL.`
}

function describeNetwork(code: string, url: URL): string {
  const { host, hostname, origin } = url
  if (code === ADDRESS_NOT_ALLOWED) return notAllowed(hostname)
  if (code === 'ECONNREFUSED') return `Nothing listens at ${origin}. Is the server running?`
  if (isNoHost(code)) {
    return `The host "${hostname}" was not found (${code}). Check the URL and the network.`
  }
  if (isUnsafe(code)) {
    return `No safe connection to "${host}" can be made (${code}). Check its certificate; NODE_EXTRA_CA_CERTS names a file of authorities to trust.`
  }
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return `"${host}" does not answer (${code}).`
  return `The connection to "${host}" broke (${code}).`
}

function describeOther(error: unknown): string {
  if (error instanceof SyntaxError) {
    return 'It answered with something that is not a JSON-RPC message.'
  }
  if (error instanceof TooLarge) {
    return `It sent a message larger than ${LARGEST_MESSAGE_MEGABYTES} MB.`
  }
  return `It could not be asked: ${messageOf(error)}.`
}

/** `fetch` hides what happened in a chain of causes, sometimes one per address it tried. */
function networkCodeOf(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const inner: unknown = at instanceof AggregateError ? at.errors[0] : undefined
    for (const one of [at, inner]) {
      const code = one instanceof Error ? Reflect.get(one, 'code') : undefined
      if (typeof code === 'string') return code
    }
  }
  return null
}

function rpcErrorIn(body: string): RpcError | null {
  if (isTooDeep(body)) return null
  try {
    const value = parseJson(body)
    const error = isObject(value) ? value['error'] : undefined
    if (!isObject(error) || !Number.isInteger(error['code'])) return null
    return new RpcError(Number(error['code']), String(error['message']), error['data'])
  } catch {
    return null
  }
}
