import type { IncomingMessage, ServerResponse } from 'node:http'
import { failure, RpcCode, RpcError, type RequestId, type RpcFailure } from '../json-rpc.ts'
import { writtenOf } from './written.ts'

/** A request that is answered with an HTTP status and an error in the words of JSON-RPC. */
export class HttpRefusal extends Error {
  readonly status: number
  readonly body: RpcFailure
  readonly headers: Record<string, string>

  constructor(
    status: number,
    error: RpcError,
    extra: { id?: RequestId | null; headers?: Record<string, string> } = {},
  ) {
    super(error.message)
    this.status = status
    this.body = failure(extra.id ?? null, error)
    this.headers = extra.headers ?? {}
  }
}

/** An error of the transport itself: the specification leaves its code open, but for -32000 to -32019. */
export function refuse(status: number, message: string, headers?: Record<string, string>) {
  const code = status < 500 ? RpcCode.invalidRequest : RpcCode.internalError
  return new HttpRefusal(status, new RpcError(code, message), { headers })
}

export type JsonAnswer = { status: number; body: unknown; headers?: Record<string, string> }

export function sendJson(response: ServerResponse, { status, body, headers }: JsonAnswer): void {
  const text = writtenOf(body) ?? 'null'
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  // A text goes out in one write with the headers; bytes would take two.
  response.end(text)
}

export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: HttpRefusal,
): void {
  if (response.headersSent) {
    response.end()
    return
  }
  // What is left of a body that nobody read would be taken for the next request.
  const unread: Record<string, string> = request.complete ? {} : { connection: 'close' }
  const { status, body } = refusal
  sendJson(response, { status, body, headers: { ...refusal.headers, ...unread } })
}
