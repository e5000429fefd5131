import { SdkError, SdkErrorCode, SdkHttpError, SseError } from '@modelcontextprotocol/client'
import { messageOf } from '../errors.ts'
import { isObject, RpcError } from '../json-rpc.ts'

const QUOTED_CHARACTERS = 300

/** What became of an HTTP request, as far as a person or the connection must know. */
export type HttpFailure = {
  /** Whole sentences. */
  reason: string
  /** Of the answer; `null` when there was none. */
  status: number | null
  /** The server could not be reached at all: its other requests will not fare better. */
  isUnreachable: boolean
  /** The JSON-RPC error in the answer's body. */
  rpc: RpcError | null
}

/** Makes sense of what the SDK's HTTP transports throw. */
export function readHttpFailure(error: unknown, url: URL): HttpFailure {
  const status = statusOf(error)
  if (status !== null) {
    const body = bodyOf(error)
    const reason = describeStatus(status, body)
    return { reason, status, isUnreachable: false, rpc: rpcErrorIn(body) }
  }
  const code = networkCodeOf(error)
  const reason = code === null ? describeOther(error) : describeNetwork(code, url)
  return { reason, status, isUnreachable: code !== null, rpc: null }
}

function statusOf(error: unknown): number | null {
  if (error instanceof SdkHttpError) return error.status
  if (error instanceof SseError) return error.code ?? null
  // The SSE transport says the status of a POST in words only.
  const [, digits] = /\(HTTP (\d{3})\)/.exec(messageOf(error)) ?? []
  return digits === undefined ? null : Number(digits)
}

function bodyOf(error: unknown): string {
  if (error instanceof SdkHttpError) {
    const { text } = error.data
    return typeof text === 'string' ? text : ''
  }
  if (error instanceof SseError) return ''
  return messageOf(error).replace(/^.*?\(HTTP \d{3}\): /s, '')
}

function describeStatus(status: number, body: string): string {
  if (status === 401) return 'It asks for a sign-in (HTTP 401). Give it a bearer token or a header.'
  if (status === 403) return 'It refuses our credentials (HTTP 403).'
  const words = /^\s*</.test(body) ? '' : body.trim().slice(0, QUOTED_CHARACTERS)
  return words === '' ? `It answered HTTP ${status}.` : `It answered HTTP ${status}: ${words}`
}

function describeNetwork(code: string, url: URL): string {
  const { host, hostname, origin } = url
  if (code === 'ECONNREFUSED') return `Nothing listens at ${origin}. Is the server running?`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The host "${hostname}" was not found (${code}). Check the URL and the network.`
  }
  if (/CERT|SIGNATURE|SSL|TLS|EPROTO/.test(code)) {
    return `No safe connection to "${host}" can be made (${code}). Check its certificate; NODE_EXTRA_CA_CERTS names a file of authorities to trust.`
  }
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return `"${host}" does not answer (${code}).`
  return `The connection to "${host}" broke (${code}).`
}

function describeOther(error: unknown): string {
  if (error instanceof SdkError && error.code === SdkErrorCode.ClientHttpUnexpectedContent) {
    return 'It answered with something that is not MCP. Is this the URL of an MCP server?'
  }
  if (error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError')) {
    return 'It answered with something that is not a JSON-RPC message.'
  }
  return `It could not be asked: ${messageOf(error)}.`
}

/** `fetch` hides what happened in a chain of causes, sometimes one per address it tried. */
function networkCodeOf(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const inner: unknown = at instanceof AggregateError ? at.errors[0] : undefined
    for (const one of [at, inner]) {
      const code = one instanceof Error ? Reflect.get(one, 'code') : undefined
      // The SDK's own codes are names in the same place.
      if (typeof code === 'string' && !(one instanceof SdkError)) return code
    }
  }
  // The eventsource package keeps only the words of the cause.
  const [code] =
    /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPROTO)\b/.exec(messageOf(error)) ?? []
  return code ?? null
}

function rpcErrorIn(body: string): RpcError | null {
  try {
    const { error }: { error?: unknown } = JSON.parse(body)
    if (!isObject(error) || !Number.isInteger(error['code'])) return null
    return new RpcError(Number(error['code']), String(error['message']), error['data'])
  } catch {
    return null
  }
}
