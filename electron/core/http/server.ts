import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net'
import { AppError, messageOf } from '../errors.ts'
import { RpcCode, RpcError } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { Lookout } from '../lookout.ts'
import { readTraceparent } from '../trace-context.ts'
import { notReady } from './closing.ts'
import { within } from '../within.ts'
import { HttpRefusal, sendRefusal } from './refusal.ts'

export interface RequestHandler {
  /** Resolves when the request is done with, which may be long after its response has ended. */
  (request: IncomingMessage, response: ServerResponse): Promise<void>
  /** From now on it begins nothing new; it ends the streams that would last for ever. */
  drain?: () => void
  /** From now on it refuses everything. */
  end?: () => void
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
/** In a round of the event loop that takes longer somebody may have come after the look. */
const MAX_LOOK_MS = 1

/**
 * What goes with every answer that says nothing else: no page may frame it, guess at it or keep it.
 * Only pages of allowed origins read it, by other headers.
 */
const DEFAULTS = Object.entries({
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
})

/** That of HTTP would also cut the connections that a request may be on its way on. */
const closeListener = NetServer.prototype.close

export type HttpServerOptions = {
  host: string
  port: number
  /** What people choose another port by. */
  option?: string
  /** What this process is called among replicas: a balancer is told it with each refusal. */
  replica?: string | null | undefined
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
  /** The handler begins nothing new; resolves when what is in flight is done, at most after `ms`. */
  drain(ms: number): Promise<void>
  /**
   * From now on everything is refused. With `graceMs` nobody can connect any more, either, and each
   * connection ends with its next refusal: a balancer uses up those that it keeps, rather than
   * sending something on one that is just being closed. Resolves then, or after twice that time: once
   * for whoever is just connecting, and once for connections that are there.
   */
  end(graceMs: number): Promise<void>
  close(): Promise<void>
}

/** Rejects with `AppError('in-use')` naming the port when another program has it. */
export async function openHttpServer(options: HttpServerOptions, log: Logger): Promise<HttpServer> {
  const { keepAliveMs = KEEP_ALIVE_MS, replica = null } = options
  const inFlight = openCount()
  const working = openCount()
  const nextOnes = openLookouts()
  let handler: RequestHandler | null = null
  let isLeaving = false

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Only now: before, whoever has connections had better use these than ask for new ones.
    if (isLeaving) response.setHeader('connection', 'close')
    if (!handler) return unavailable(request, response, replica)
    // The response to a GET may be a stream that lasts as long as its session: draining does not
    // wait for its end, but for the work that it carries, if any.
    const isAnswered = request.method !== 'GET'
    nextOnes.came(request.socket)
    if (isAnswered) {
      inFlight.add()
      working.add()
      response.on('close', inFlight.remove)
    }
    inFlight.add()
    try {
      await handler(request, response)
    } catch (error) {
      sendRefusal(request, response, toRefusal(error, request, log))
    } finally {
      inFlight.remove()
      if (isAnswered) working.remove()
      if (isAnswered && working.now() === 0) nextOnes.wait(request.socket)
    }
  }

  const server = createLimited(options, (request, response) => void answer(request, response))
  server.keepAliveTimeout = keepAliveMs
  await listen(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    inFlight: working.now,
    serve(next) {
      handler = next
    },
    drain(ms) {
      handler?.drain?.()
      return within(ms, inFlight.none())
    },
    async end(graceMs) {
      handler?.end?.()
      if (graceMs === 0) return
      isLeaving = true
      await untilNobodyComes(server, graceMs)
      await within(graceMs, new Promise((resolve) => closeListener.call(server, resolve)))
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

/** Who asks one thing after the other, on one connection, asks the next one soon. */
function openLookouts() {
  const known = new WeakMap<Socket, Lookout>()
  return {
    wait(socket: Socket): void {
      const lookout = known.get(socket) ?? new Lookout()
      known.set(socket, lookout)
      lookout.begin()
    },
    came: (socket: Socket): void => known.get(socket)?.end(),
  }
}

/** How much there is that is not done, and who waits for its end. */
function openCount() {
  let count = 0
  let onNone: (() => void) | null = null
  return {
    now: () => count,
    add: () => void count++,
    remove: () => void (--count === 0 && onNone?.()),
    none: () => new Promise<void>((resolve) => (count === 0 ? resolve() : (onNone = resolve))),
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
    for (const [name, value] of DEFAULTS) response.setHeader(name, value)
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

/**
 * Connections that the system has made and we have not taken are cut with the listener, and what was
 * sent on them is lost. So it ends right after a look that found none.
 */
async function untilNobodyComes(server: Server, ms: number): Promise<void> {
  let came = true
  const note = () => (came = true)
  server.on('connection', note)
  const until = performance.now() + ms
  let before = performance.now()
  let wasLong = true
  while ((came || wasLong) && before < until) {
    came = false
    await new Promise((resolve) => setImmediate(resolve))
    wasLong = performance.now() - before > MAX_LOOK_MS
    before = performance.now()
  }
  server.off('connection', note)
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

function unavailable(request: IncomingMessage, response: ServerResponse, replica: string | null) {
  sendRefusal(request, response, notReady(replica))
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
