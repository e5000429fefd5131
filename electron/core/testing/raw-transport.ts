import type { ServerAuth } from '../connections/server-auth.ts'
import { fillDefinition } from '../connections/fill-definition.ts'
import type { Filled, RemoteServer } from '../connections/fill-definition.ts'
import { openHttpClient } from '../connections/http-client.ts'
import { openSse } from '../connections/sse-transport.ts'
import { openStderrTail } from '../connections/stderr-tail.ts'
import { openStreamableHttp } from '../connections/streamable-http-transport.ts'
import type { SendOptions, Transport } from '../connections/transport.ts'
import type { Server, ServerInput } from '../../../shared/server.ts'
import { serverDefinition } from '../../../shared/server.ts'
import type { RequestId, RpcMessage } from '../json-rpc.ts'
import { RpcError } from '../json-rpc.ts'

type Received = { message: RpcMessage; on: RequestId | undefined }

/** A transport without a connection around it, and what came out of it. */
export interface RawTransport extends AsyncDisposable {
  readonly transport: Transport
  readonly received: Received[]
  /** Resolves with the reason. */
  readonly ended: Promise<string>
  /** Resolves with the answer; rejects with what `send` rejects, or when the stream ends without. */
  ask(method: string, params?: object, options?: SendOptions): Promise<RpcMessage>
  /** The handshake of a session of the legacy era, revision 2025-11-25. */
  greet(): Promise<void>
  /** Resolves once a message with this method, or an answer to this id, is there. */
  until(what: string | number): Promise<Received>
}

export type RawTransportOptions = {
  type?: 'STREAMABLE_HTTP' | 'SSE'
  fields?: object
  auth?: ServerAuth
  largestMessage?: number
}

export async function openRawTransport(
  url: string,
  { type = 'STREAMABLE_HTTP', fields = {}, ...extra }: RawTransportOptions = {},
): Promise<RawTransport> {
  const client = openHttpClient({})
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const ended = Promise.withResolvers<string>()
  const input = { type, name: 'raw', url, ...fields } as ServerInput
  const server = { ...serverDefinition.parse(input), id: 'raw' } as Server
  const context = { ...contextOf(client.fetch), ...extra }
  const events = {
    onMessage(message: RpcMessage, on?: RequestId) {
      received.push({ message, on })
      for (const look of waiting) look()
    },
    onEnd: ended.resolve,
  }
  const open = type === 'SSE' ? openSse : openStreamableHttp
  const filled = fillDefinition(server, {}) as Filled<RemoteServer>
  const transport = await open(filled, context, events).catch(async (error: unknown) => {
    await client.close()
    throw error
  })
  const find = (what: string | number) =>
    received.find(({ message }) =>
      'method' in message ? message.method === what : message.id === what,
    )
  const until = (what: string | number) =>
    new Promise<Received>((resolve) => {
      const look = () => {
        const found = find(what)
        if (found) resolve(found)
      }
      waiting.add(look)
      look()
    })
  const ask = asker(transport, until)
  return {
    ...{ transport, received, ended: ended.promise, until, ask },
    async greet() {
      await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {} })
      transport.useVersion('2025-11-25')
      await transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    },
    async [Symbol.asyncDispose]() {
      await transport.end('The test is over.')
      await client.close()
    },
  }
}

function asker(transport: Transport, until: RawTransport['until']): RawTransport['ask'] {
  let lastId = 0
  return async (method, params, options) => {
    const id = ++lastId
    const unanswered = Promise.withResolvers<never>()
    const onStreamEnd = () => unanswered.reject(new Error('the stream ended without an answer'))
    const request = {
      jsonrpc: '2.0' as const,
      id,
      method,
      ...(params && { params: { ...params } }),
    }
    const sent = transport.send(request, { onStreamEnd, ...options })
    const failed = sent.then(() => unanswered.promise)
    const { message } = await Promise.race([until(id), failed])
    if ('error' in message) throw new RpcError(message.error.code, message.error.message)
    return message
  }
}

function contextOf(fetch: ReturnType<typeof openHttpClient>['fetch']) {
  const nothing = () => {}
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log }
  return {
    ...{ log, fetch, stderr: openStderrTail() },
    childEnv: async () => ({}),
    listProcesses: async () => [],
    signal: new AbortController().signal,
    haste: new AbortController().signal,
  }
}
