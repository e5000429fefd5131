import {
  request as askHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
  type ServerResponse,
} from 'node:http'
import { request as askHttps } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Reached, Replicas } from './replicas.ts'

/** On a request that was passed on once: it is answered where it is now. */
const PASSED_ON = 'metamcp-passed-on-by'

/** How long a replica that may be gone is waited for; the answer itself may take an hour. */
const CONNECT_MS = 3_000

/** What belongs to one connection alone (RFC 9110, section 7.6.1). */
const OF_A_CONNECTION = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'content-length'],
]

type Parts = { replicas: Pick<Replicas, 'find'>; name: string; log: Logger }

/** A request as it came; `body` is the text that was read of it. */
type Passing = { request: IncomingMessage; response: ServerResponse; body: () => string | null }

/**
 * Hands requests on to other replicas, as they came, and their answers back as they come. Resolves
 * with false where nothing was answered: the name is ours, or that of nobody who answers.
 */
export function openPassOn({ replicas, name, log }: Parts) {
  return async function passOn(
    replica: string,
    { request, response, body }: Passing,
  ): Promise<boolean> {
    if (replica === name || request.headers[PASSED_ON] !== undefined) return false
    const to = replicas.find(replica)
    if (!to) return false
    const text = body()
    const headers: OutgoingHttpHeaders = { ...ofTheMessage(request.headers), [PASSED_ON]: name }
    if (text !== null) headers['content-length'] = Buffer.byteLength(text)
    const path = request.url ?? '/'
    const options = { method: request.method ?? 'GET', path, headers, agent: false as const }
    const answer = await ask(to, { ...options, body: text, response }).catch((error: unknown) => {
      log.warn({ replica, error: messageOf(error) }, 'a request could not be passed on')
      return null
    })
    if (!answer) return response.destroyed
    if (hasRefused(answer, replica)) {
      answer.resume()
      return false
    }
    await giveBack(answer, response)
    return true
  }
}

/** It is about to end, or has just been started anew: what it had begun is over. */
function hasRefused({ statusCode, headers }: IncomingMessage, replica: string): boolean {
  return statusCode === 503 && headers['metamcp-replica'] === replica
}

type Asked = RequestOptions & { body: string | null; response: ServerResponse }

/**
 * Rejects where no answer begins. A client that leaves takes its request back there, too; one that
 * hangs is given up with all that waits for it once the others hear nothing of it.
 */
function ask(
  { url: to, gone }: Reached,
  { body, response, ...options }: Asked,
): Promise<IncomingMessage> {
  const send = to.protocol === 'https:' ? askHttps : askHttp
  const host = to.hostname.replace(/^\[|\]$/g, '')
  const asked = send({ ...options, host, signal: gone, ...(to.port !== '' && { port: to.port }) })
  const leave = () => asked.destroy()
  response.once('close', leave)
  const timer = setTimeout(() => asked.destroy(new Error('it does not answer')), CONNECT_MS)
  asked.once('socket', (socket) => {
    socket.once(to.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(timer))
  })
  return new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve)
    asked.once('error', reject)
    // An answer that breaks off says so itself.
    asked.on('error', () => undefined)
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
  const left = Object.entries(headers).filter(([name]) => !OF_A_CONNECTION.includes(name))
  return Object.fromEntries(left)
}
