import {
  request as askHttp,
  IncomingMessage,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestOptions,
  type ServerResponse,
} from 'node:http'
import { request as askHttps } from 'node:https'
import { isIP } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Reached, Replicas } from './replicas.ts'

/** On a request that was passed on once: it is answered where it is now. */
const PASSED_ON = 'metamcp-passed-on-by'

/** How long a replica that may be gone is waited for; the answer itself may take an hour. */
const CONNECT_MS = 3_000

/** What belongs to one connection alone, beside what it names itself (RFC 9110, section 7.6.1). */
const OF_A_CONNECTION = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'content-length'],
]

type Parts = { replicas: Pick<Replicas, 'find'>; name: string; log: Logger }

/** A request as it came; `body` is the text that was read of it. */
type Passing = { request: IncomingMessage; response: ServerResponse; body: () => string | null }

/**
 * `untaken`: nobody has begun it, and nothing is answered: the name is ours, or that of nobody who
 * is there. `lost`: nothing is answered either, but it was sent, and may have been begun.
 */
type Outcome = 'answered' | 'untaken' | 'lost'

/** Hands requests on to other replicas, as they came, and their answers back as they come. */
export function openPassOn({ replicas, name, log }: Parts) {
  return async function passOn(
    replica: string,
    { request, response, body }: Passing,
  ): Promise<Outcome> {
    if (replica === name || request.headers[PASSED_ON] !== undefined) return 'untaken'
    const to = replicas.find(replica)
    if (!to) return 'untaken'
    const text = body()
    const headers: OutgoingHttpHeaders = { ...ofTheMessage(request.headers), [PASSED_ON]: name }
    if (text !== null) headers['content-length'] = Buffer.byteLength(text)
    const path = request.url ?? '/'
    const options = { method: request.method ?? 'GET', path, headers, agent: false as const }
    const answer = await ask(to, { ...options, body: text, response })
    if (!(answer instanceof IncomingMessage)) {
      const { error, wasSent } = answer
      log.warn({ replica, error: messageOf(error) }, 'a request could not be passed on')
      if (response.destroyed) return 'answered'
      return wasSent ? 'lost' : 'untaken'
    }
    if (hasRefused(answer, replica)) {
      answer.resume()
      return 'untaken'
    }
    await giveBack(answer, response)
    return 'answered'
  }
}

/** It is about to end, or has just been started anew: what it had begun is over. */
function hasRefused({ statusCode, headers }: IncomingMessage, replica: string): boolean {
  return statusCode === 503 && headers['metamcp-replica'] === replica
}

type Asked = RequestOptions & { body: string | null; response: ServerResponse }

/** `wasSent`: there was a connection, so that it may have come there. */
type Unanswered = { error: unknown; wasSent: boolean }

/**
 * `Unanswered` where no answer begins. A client that leaves takes its request back there, too; one
 * that hangs is given up with all that waits for it once the others hear nothing of it.
 */
function ask(
  { url: to, gone }: Reached,
  { body, response, ...options }: Asked,
): Promise<IncomingMessage | Unanswered> {
  const isSafe = to.protocol === 'https:'
  const host = to.hostname.replace(/^\[|\]$/g, '')
  // Else the one that the client asked for is taken from its `Host`: the balancer.
  const named = isSafe ? { servername: isIP(host) === 0 ? host : '' } : {}
  const where = { host, ...(to.port !== '' && { port: to.port }), ...named }
  const asked = (isSafe ? askHttps : askHttp)({ ...options, ...where, signal: gone })
  const leave = () => asked.destroy()
  response.once('close', leave)
  const timer = setTimeout(() => asked.destroy(new Error('it does not answer')), CONNECT_MS)
  let wasSent = false
  asked.once('socket', (socket) => {
    socket.once(isSafe ? 'secureConnect' : 'connect', () => {
      wasSent = true
      clearTimeout(timer)
    })
  })
  return new Promise<IncomingMessage | Unanswered>((resolve) => {
    asked.once('response', resolve)
    // An answer that breaks off says so itself.
    asked.on('error', (error) => resolve({ error, wasSent }))
    asked.end(body ?? undefined)
  }).finally(() => clearTimeout(timer))
}

async function giveBack(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const { 'content-length': length } = answer.headers
  const sized = length === undefined ? {} : { 'content-length': length }
  response.writeHead(answer.statusCode ?? 502, { ...ofTheMessage(answer.headers), ...sized })
  response.flushHeaders()
  // Where it breaks off, the client's connection does as well: that is no answer.
  await pipeline(answer, response).catch(() => undefined)
}

function ofTheMessage(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/[\s,]+/)
  const dropped = new Set([...OF_A_CONNECTION, ...named])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))
}
