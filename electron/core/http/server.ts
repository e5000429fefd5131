import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError, messageOf } from '../errors.ts'
import { RpcCode, RpcError } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { readTraceparent } from '../trace-context.ts'
import { HttpRefusal, refuse, sendRefusal } from './refusal.ts'

export interface RequestHandler {
  /** Resolves when the request is done with, which may be long after its response has ended. */
  (request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Ends the streams that would last for ever; called when draining begins. */
  endStreams?: () => void
}

/**
 * Longer than clients and proxies keep an idle connection: the one who closes it first must not be
 * the one who does not know that a request is on its way.
 */
const KEEP_ALIVE_MS = 75_000

/** How long a request may take to arrive, without and with its body: not for who sends by drops. */
const HEADERS_MS = 20_000
const REQUEST_MS = 120_000
/** How often connections are looked at for that. */
const LOOK_MS = 5_000
const MAX_HEADER_BYTES = 16 * 1024
const MAX_CONNECTIONS = 20_000

/**
 * What goes with every answer that says nothing else: no page may frame it, guess at it or keep it.
 * Only pages of allowed origins read it, by other headers.
 */
const DEFAULTS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

export type HttpServerOptions = {
  host: string
  port: number
  /** What people choose another port by. */
  option?: string
  keepAliveMs?: number | undefined
  /** How long a request with its body may take to arrive. */
  requestMs?: number | undefined
  /** How long its headers may take of that. */
  headersMs?: number | undefined
}

/** The one port. It is bound before anything is ready, and answers 503 until it is. */
export interface HttpServer {
  readonly port: number
  /** Requests whose work is not done; streams of GET count while they carry some. */
  inFlight(): number
  /** From now on requests go to `handler`. */
  serve(handler: RequestHandler): void
  /** From now on new requests get 503; resolves when those in flight are done, at most after `ms`. */
  drain(ms: number): Promise<void>
  close(): Promise<void>
}

/** Rejects with `AppError('in-use')` naming the port when another program has it. */
export async function openHttpServer(options: HttpServerOptions, log: Logger): Promise<HttpServer> {
  const { keepAliveMs = KEEP_ALIVE_MS } = options
  const inFlight = new Set<Promise<unknown>>()
  const working = new Set<Promise<unknown>>()
  let handler: RequestHandler | null = null
  let onIdle: (() => void) | null = null

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!handler) return unavailable(request, response)
    // The response to a GET may be a stream that lasts as long as its session: draining does not
    // wait for its end, but for the work that it carries, if any.
    if (request.method !== 'GET') track(new Promise((resolve) => response.once('close', resolve)))
    try {
      const work = handler(request, response)
      track(work)
      if (request.method !== 'GET') working.add(work)
      await work.finally(() => working.delete(work))
    } catch (error) {
      sendRefusal(request, response, toRefusal(error, request, log))
    }
  }

  function track(work: Promise<unknown>): void {
    inFlight.add(work)
    const done = () => {
      inFlight.delete(work)
      if (inFlight.size === 0) onIdle?.()
    }
    work.then(done, done)
  }

  const server = createLimited(options, (request, response) => void answer(request, response))
  server.keepAliveTimeout = keepAliveMs
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    inFlight: () => working.size,
    serve(next) {
      handler = next
    },
    async drain(ms) {
      const endStreams = handler?.endStreams
      handler = null
      endStreams?.()
      if (inFlight.size === 0) return
      const idle = Promise.withResolvers<void>()
      onIdle = idle.resolve
      const timer = setTimeout(idle.resolve, ms)
      await idle.promise
      clearTimeout(timer)
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

/** A server that waits for nobody too long, and whose every answer has our headers. */
function createLimited(
  { requestMs = REQUEST_MS, headersMs = Math.min(HEADERS_MS, requestMs) }: HttpServerOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const limits = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(LOOK_MS, headersMs),
    maxHeaderSize: MAX_HEADER_BYTES,
  }
  const server = createServer(limits, (request, response) => {
    for (const [name, value] of Object.entries(DEFAULTS)) response.setHeader(name, value)
    answer(request, response)
  })
  server.maxConnections = MAX_CONNECTIONS
  return server
}

async function listen(server: Server, options: HttpServerOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(options.port, options.host, resolve)
  try {
    await promise
  } catch (error) {
    throw cannotListen(error, options)
  }
  server.off('error', reject)
}

function cannotListen(error: unknown, options: HttpServerOptions): AppError {
  const { host, port, option = '--port or METAMCP_PORT' } = options
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const another = `Choose another with ${option} (0 picks a free one).`
  const text =
    code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use by another program. ${another}`
      : code === 'EACCES'
        ? `This account may not use port ${port}. ${another}`
        : `Cannot listen on ${host}, port ${port}: ${messageOf(error)}. See --host and --port.`
  return new AppError('in-use', text, { cause: error })
}

function unavailable(request: IncomingMessage, response: ServerResponse): void {
  sendRefusal(request, response, refuse(503, 'Not ready', { 'retry-after': '1' }))
}

/** What proxies and people know a request by. */
const REQUEST_ID = 'x-request-id'

function toRefusal(error: unknown, { headers }: IncomingMessage, log: Logger): HttpRefusal {
  if (error instanceof HttpRefusal) return error
  const given = headers[REQUEST_ID]
  const requestId = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
  // A client that left while its body was read: there is nobody to answer.
  if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) {
    const traceId = readTraceparent(headers.traceparent)?.traceId
    const facts = { requestId, ...(traceId !== undefined && { traceId }) }
    log.error({ ...facts, error: messageOf(error) }, 'a request failed for a reason of our own')
  }
  const told = { headers: { [REQUEST_ID]: requestId } }
  return new HttpRefusal(500, new RpcError(RpcCode.internalError, 'Internal error'), told)
}
