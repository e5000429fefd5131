import type { Server } from '../../../shared/server.ts'
import { messageOf } from '../errors.ts'
import { isObject, LEGACY_VERSIONS, RpcError } from '../json-rpc.ts'
import type { JsonObject } from '../json-rpc.ts'
import { ServerDown } from './connection.ts'
import type { Connection } from './connection.ts'
import { fillDefinition } from './fill-definition.ts'
import type { Filled } from './fill-definition.ts'
import { HttpRefusal, openSse, openStreamableHttp } from './http-transport.ts'
import { Peer } from './peer.ts'
import type { PeerOptions } from './peer.ts'
import { openStdio } from './stdio-transport.ts'
import type { OpenTransport, Transport, TransportContext } from './transport.ts'

export type StartOptions = Omit<TransportContext, 'signal'> &
  Omit<PeerOptions, 'server'> & {
    server: Server
    /** What must be over before: the end of the connection that this one replaces. */
    after: Promise<unknown>
    /** Where `${NAME}` references are looked up. */
    env: Record<string, string | undefined>
    clientInfo: { name: string; version: string }
  }

/** A connection on its way, or there. */
export interface Start {
  /** Rejects `ServerDown`. */
  readonly connected: Promise<Connection>
  /** Gives up, or ends what was reached; resolves when nothing of it is left. */
  end(reason: string): Promise<void>
}

/** Starts connecting: process or HTTP session, handshake, all within the server's own deadline. */
export function startConnection(options: StartOptions): Start {
  const attempt = new Attempt(options)
  return { connected: attempt.run(), end: (reason) => attempt.end(reason) }
}

class Attempt {
  readonly #options: StartOptions
  readonly #givenUp = Promise.withResolvers<never>()
  readonly #abort = new AbortController()
  readonly #opening = new Set<Promise<unknown>>()
  #step = 'preparing its start'
  #endReason = ''
  #transport: Transport | undefined
  #mask = (text: string) => text

  constructor(options: StartOptions) {
    this.#options = options
    // Whoever gives up may do so when nobody waits any more.
    this.#givenUp.promise.catch(() => {})
  }

  async run(): Promise<Connection> {
    const { server, after } = this.#options
    await Promise.race([after, this.#givenUp.promise])
    const timer = setTimeout(() => this.#giveUp(this.#lateness()), server.startTimeoutMs)
    try {
      return await Promise.race([this.#connect(), this.#givenUp.promise])
    } catch (error) {
      throw this.#explain(error)
    } finally {
      clearTimeout(timer)
    }
  }

  async end(reason: string): Promise<void> {
    this.#giveUp(reason)
    await this.#transport?.end(reason)
    await Promise.allSettled(this.#opening)
  }

  #giveUp(reason: string): void {
    this.#endReason = reason
    this.#abort.abort()
    this.#givenUp.reject(new ServerDown(this.#options.server.name, this.#mask(reason)))
  }

  async #connect(): Promise<Connection> {
    const filled = fillDefinition(this.#options.server, this.#options.env)
    this.#mask = filled.mask
    const [first, ...others] = waysTo(filled, { ...this.#options, signal: this.#abort.signal })
    try {
      return await this.#greet(first)
    } catch (error) {
      if (others.length === 0 || !isOtherTransport(error)) throw error
      await this.#transport?.end('It does not speak Streamable HTTP.')
      const [second] = others
      if (!second || this.#abort.signal.aborted) throw error
      // The first answer says more than "there is no event stream either".
      return await this.#greet(second).catch(() => Promise.reject(error))
    }
  }

  async #greet(open: OpenTransport): Promise<Connection> {
    const { server, log, callTimeoutMs, clientInfo, onNotification } = this.#options
    const peer = new Peer({ server: server.name, log, callTimeoutMs, onNotification })
    this.#step = server.type === 'STDIO' ? 'starting its process' : 'reaching its URL'
    const transport = await this.#open(open, peer)
    peer.attach(transport)
    this.#step = 'waiting for its answer to initialize'
    const hello = await peer.request('initialize', hail(clientInfo), { timeoutMs: 0 })
    transport.useVersion(acceptVersion(hello))
    this.#step = 'telling it that we are ready'
    await peer.notify('notifications/initialized')
    await transport.settle()
    return {
      hello,
      pid: transport.pid,
      closed: peer.closed,
      request: (method, params, options) => peer.request(method, params, options),
      notify: (method, params) => peer.notify(method, params),
      close: () => transport.end('It was closed.'),
    }
  }

  /** Remembers the transport the moment it exists, also when it was given up meanwhile. */
  async #open(open: OpenTransport, peer: Peer): Promise<Transport> {
    const opening = open(peer).then(async (transport) => {
      this.#transport = transport
      if (this.#abort.signal.aborted) await transport.end(this.#endReason)
      return transport
    })
    this.#opening.add(opening)
    return opening.finally(() => this.#opening.delete(opening))
  }

  #lateness(): string {
    const seconds = this.#options.server.startTimeoutMs / 1_000
    return this.#withStderr(`It was not ready within ${seconds} s; it got as far as ${this.#step}.`)
  }

  #explain(error: unknown): ServerDown {
    if (error instanceof ServerDown) return error
    const { name } = this.#options.server
    const words =
      error instanceof RpcError
        ? this.#withStderr(`It refused to initialize: ${error.message} (${error.code}).`)
        : messageOf(error)
    return new ServerDown(name, this.#mask(words), { cause: error })
  }

  #withStderr(words: string): string {
    const lines = this.#options.stderr.lastLines()
    return lines === '' ? words : `${words} It last wrote:\n${lines}`
  }
}

/** The ways a definition allows, in the order they are tried. */
function waysTo(
  server: Filled<Server>,
  context: TransportContext,
): [OpenTransport, OpenTransport?] {
  if (server.type === 'STDIO') return [(events) => openStdio(server, context, events)]
  const sse: OpenTransport = (events) => openSse(server, context, events)
  if (server.type === 'SSE') return [sse]
  return [(events) => openStreamableHttp(server, context, events), sse]
}

/** The first message of the legacy era. We declare nothing yet: no server may ask us for anything. */
function hail(clientInfo: { name: string; version: string }): JsonObject {
  return { protocolVersion: LEGACY_VERSIONS[0], capabilities: {}, clientInfo }
}

function acceptVersion(hello: JsonObject): string {
  const { protocolVersion } = hello
  const known = LEGACY_VERSIONS.find((version) => version === protocolVersion)
  if (known !== undefined && isObject(hello['capabilities'])) return known
  const spoken = LEGACY_VERSIONS.join(', ')
  throw new Error(
    known === undefined
      ? `It speaks the protocol version ${JSON.stringify(protocolVersion)}; we speak ${spoken}.`
      : 'Its answer to initialize declares no capabilities: it is not a valid MCP server.',
  )
}

/**
 * Specification 2025-11-25, "Backwards Compatibility": a 4xx to the first POST may come from a
 * server of the older HTTP+SSE transport; but not one that is about who or how often we are.
 */
function isOtherTransport(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof HttpRefusal)) return false
  const { status } = cause
  return status >= 400 && status < 500 && ![401, 403, 407, 408, 429].includes(status)
}
