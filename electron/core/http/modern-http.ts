import type { IncomingMessage } from 'node:http'
import { answer, cancelled } from '../gateway/answer.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { checkEnvelope, checkSpoken, clientIn } from '../gateway/modern.ts'
import { placeOf } from '../gateway/places.ts'
import { TASK_METHODS } from '../gateway/task-handles.ts'
import {
  failure,
  RpcCode,
  RpcError,
  type RpcFailure,
  type RpcRequest,
  type RpcResult,
} from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import type { Exchange } from './exchange.ts'
import type { Closing } from './closing.ts'
import type { PassOn } from './elsewhere.ts'
import { checkModernHeaders, checkParamHeaders } from './modern-headers.ts'
import type { RateLimits } from './rate-limits.ts'
import { HttpRefusal, refuse } from './refusal.ts'
import { Reply } from './reply.ts'
import { writtenOf } from './written.ts'

export type ModernHttpOptions = {
  gateway: Gateway
  log: Logger
  limits: RateLimits
  closing: Closing
  passOn: PassOn
}

const LISTEN = 'subscriptions/listen'

/**
 * Answers one request of the modern era (revision 2026-07-28, "Streamable HTTP"): there is no
 * session, and nothing of it is kept. Rejects with `HttpRefusal`.
 */
export async function serveModern(
  exchange: Exchange,
  message: RpcRequest,
  options: ModernHttpOptions,
): Promise<void> {
  const { gateway, log, limits } = options
  const { endpoint, caller, request, response } = exchange
  const { id, method, params = {} } = message
  if (await goesOnElsewhere(exchange, message, options)) return
  const controller = new AbortController()
  // In this era leaving is cancelling: there is no session in which the answer could be kept.
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(cancelled('the client left'))
  })
  await admit(message, request, endpoint)
  await limits.take({ endpoint, caller, client: clientIn(params) }, message)
  if (method === LISTEN) requireStream(message, request)
  const reply = new Reply(request, response)
  const call = { id, endpoint, caller, method, params, controller, notify: reply.send }
  const said = await answer(id, () => gateway.modern(call), log)
  reply.finish(said, statusOf(said))
}

/** Whether another replica, which knows what it goes on with, was given it, and it is answered. */
async function goesOnElsewhere(
  { request, response }: Exchange,
  message: RpcRequest,
  { closing, passOn }: ModernHttpOptions,
): Promise<boolean> {
  const { id, method, params } = message
  const place = placeOf(method, params)
  if (place === null || method === LISTEN) closing.refuseNew()
  if (place === null) return false
  const outcome = await passOn(place, { request, response, body: () => writtenOf(message) })
  if (outcome !== 'lost' || isRepeatable(method)) return outcome === 'answered'
  // Some states are opened anywhere: here the call would be made once more.
  const text = 'The replica at which the call went on was lost: issue the call anew'
  new Reply(request, response).finish(failure(id, new RpcError(RpcCode.invalidParams, text)))
  return true
}

/** What is the same when it is done twice; a server takes each answer to its questions once. */
function isRepeatable(method: string): boolean {
  return method === LISTEN || TASK_METHODS.has(method)
}

/** The checks that come before any work, each with its HTTP status. */
async function admit(
  message: RpcRequest,
  { headers }: IncomingMessage,
  endpoint: Endpoint,
): Promise<void> {
  const { id, method, params } = message
  try {
    checkEnvelope(params)
    checkModernHeaders(message, headers)
    checkSpoken(method, params)
    if (method !== 'tools/call' || typeof params?.name !== 'string') return
    checkParamHeaders(message, headers, await endpoint.tool(params.name))
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    throw new HttpRefusal(error.code === RpcCode.methodNotFound ? 404 : 400, error, { id })
  }
}

/** News cannot come in one JSON object. */
function requireStream({ id }: RpcRequest, { headers }: IncomingMessage): void {
  if (/text\/event-stream/i.test(headers.accept ?? '')) return
  const { body } = refuse(406, 'Accept must allow text/event-stream: this is answered by a stream')
  const { code, message } = body.error
  throw new HttpRefusal(406, new RpcError(code, message), { id })
}

/** Errors that are told by the status as well, whoever said so first; others are answers like any. */
function statusOf(said: RpcResult | RpcFailure): number {
  const code = 'error' in said ? said.error.code : 0
  if (code === RpcCode.missingCapability) return 400
  return code === RpcCode.methodNotFound ? 404 : 200
}
