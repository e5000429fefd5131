import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Era } from '../connections/connection.ts'
import { parseJson } from '../json.ts'
import {
  isObject,
  MetaKey,
  RpcError,
  type JsonObject,
  type RequestId,
  type RpcMessage,
  type RpcNotification,
} from '../json-rpc.ts'
import { encodeHeader } from '../param-headers.ts'
import { openInbox, type Inbox } from './inbox.ts'
import type { TempCore } from './temp-core.ts'

export type RawClientOptions = {
  era: Era
  endpoint?: string
  capabilities?: JsonObject
  info?: JsonObject
  /** Answers what a server asks, in either era: the result, or an `RpcError` to be sent. */
  answer?: (question: { method: string; params?: JsonObject }) => JsonObject | Promise<JsonObject>
  /** Of modern requests. */
  logLevel?: string
}

type RawRequest = {
  signal?: AbortSignal
  meta?: JsonObject
  /** What comes before the answer on the stream of this request. */
  onNotification?: (notification: RpcNotification) => void
}

/**
 * A client of one of the eras, at message level and with nothing lost: the same calls for both, so
 * that one test can try them all. It is as simple as a client can be.
 */
export interface RawClient extends AsyncDisposable {
  readonly era: Era
  /** The result of `initialize` or `server/discover`. */
  readonly hello: JsonObject
  /** Everything that was heard outside of requests: the GET stream, or that of `listen`. */
  readonly heard: Inbox
  /** Resolves with the final result; what a server asks meanwhile is answered. Rejects `RpcError`. */
  request(method: string, params?: JsonObject, options?: RawRequest): Promise<JsonObject>
  /** A tool's structured content, or else its first text. */
  call(name: string, args?: JsonObject, options?: RawRequest): Promise<unknown>
  notify(method: string, params?: JsonObject): Promise<void>
  /** Hears of these: by `subscriptions/listen`, or `resources/subscribe`. */
  listen(uris: readonly string[]): Promise<void>
  /** The id of the newest request. */
  readonly lastId: number
  /** Leaves without a word. */
  vanish(): void
}

export async function openRawClient(core: TempCore, options: RawClientOptions): Promise<RawClient> {
  const client = new Client(core, options)
  await client.open()
  return client
}

type Round = { message: JsonObject; headers?: Record<string, string> } & RawRequest

class Client implements RawClient {
  readonly era: Era
  readonly heard = openInbox()
  hello: JsonObject = {}
  readonly #core: TempCore
  readonly #options: RawClientOptions
  readonly #streams = new AbortController()
  #session: string | undefined
  #lastId = 0

  constructor(core: TempCore, options: RawClientOptions) {
    this.era = options.era
    this.#core = core
    this.#options = options
  }

  async open(): Promise<void> {
    if (this.era === 'modern') {
      this.hello = await this.request('server/discover')
      return
    }
    const { capabilities = {}, info: clientInfo = { name: 'raw', version: '1' } } = this.#options
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo }
    this.hello = await this.request('initialize', params)
    await this.notify('notifications/initialized')
    await this.#openGetStream()
  }

  async request(
    method: string,
    params: JsonObject = {},
    options: RawRequest = {},
  ): Promise<JsonObject> {
    if (this.era === 'legacy') return this.#send(method, params, options)
    let result = await this.#send(method, params, options)
    while (result.resultType === 'input_required') {
      const { inputRequests, requestState } = result as Record<string, JsonObject>
      const answers = Object.entries(inputRequests ?? {}).map(async ([key, question]) => {
        return [key, await this.#answer(question as { method: string })] as const
      })
      const inputResponses = Object.fromEntries(await Promise.all(answers))
      const state = requestState === undefined ? {} : { requestState }
      const given = inputRequests === undefined ? {} : { inputResponses }
      result = await this.#send(method, { ...params, ...given, ...state }, options)
    }
    return result
  }

  async call(name: string, args: JsonObject = {}, options: RawRequest = {}): Promise<unknown> {
    const params = { name, arguments: args }
    const result = await this.request('tools/call', params, options)
    const [first] = result.content as JsonObject[]
    return result.structuredContent ?? first?.text
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    const response = await this.#post({
      message: { jsonrpc: '2.0', method, ...(params && { params }) },
    })
    await response.body?.cancel()
  }

  async listen(uris: readonly string[]): Promise<void> {
    if (this.era === 'legacy') {
      for (const uri of uris) await this.request('resources/subscribe', { uri })
      return
    }
    const notifications = {
      ...{ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true },
      ...(uris.length > 0 && { resourceSubscriptions: [...uris] }),
    }
    const onNotification = (one: RpcNotification) => this.heard.put(one)
    const { signal } = this.#streams
    const over = this.request('subscriptions/listen', { notifications }, { signal, onNotification })
    over.catch(() => undefined)
    await Promise.race([over, this.heard.until('notifications/subscriptions/acknowledged')])
  }

  get lastId(): number {
    return this.#lastId
  }

  vanish(): void {
    this.#streams.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.vanish()
    if (this.#session === undefined) return
    const headers = this.#headers()
    await fetch(this.#url, { method: 'DELETE', headers }).catch(() => undefined)
  }

  get #url(): URL {
    return this.#core.mcpUrl(this.#options.endpoint)
  }

  #headers(): Record<string, string> {
    const session = this.#session
    return {
      authorization: `Bearer ${this.#core.key}`,
      ...(session !== undefined && { 'mcp-session-id': session }),
      ...(session !== undefined && { 'mcp-protocol-version': '2025-11-25' }),
    }
  }

  async #send(method: string, params: JsonObject, options: RawRequest): Promise<JsonObject> {
    const id = ++this.#lastId
    const meta = { ...(isObject(params._meta) ? params._meta : {}), ...options.meta }
    const full = this.era === 'modern' ? { ...meta, ...this.#envelope() } : meta
    const withMeta = Object.keys(full).length > 0 ? { ...params, _meta: full } : params
    const message = { jsonrpc: '2.0', id, method, params: withMeta }
    const headers = this.era === 'modern' ? this.#modernHeaders(method, params) : {}
    const response = await this.#post({ message, headers, ...options })
    this.#session ??= response.headers.get('mcp-session-id') ?? undefined
    for await (const received of messagesIn(response)) {
      if (!('method' in received)) {
        if (received.id === id || received.id === null) return resultOf(received)
      } else if ('id' in received) void this.#answerRequest(received as never)
      else options.onNotification?.(received)
    }
    throw new Error(`the stream of ${method} ended without an answer (HTTP ${response.status})`)
  }

  #envelope(): JsonObject {
    const { capabilities = {}, info = { name: 'raw', version: '1' }, logLevel } = this.#options
    return {
      [MetaKey.protocolVersion]: '2026-07-28',
      [MetaKey.clientCapabilities]: capabilities,
      [MetaKey.clientInfo]: info,
      ...(logLevel !== undefined && { [MetaKey.logLevel]: logLevel }),
    }
  }

  #modernHeaders(method: string, params: JsonObject): Record<string, string> {
    const name = params.name ?? params.uri ?? params.taskId
    const isNamed = /^(tools\/call|prompts\/get|resources\/read|tasks\/.*)$/.test(method)
    return {
      ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method },
      ...(isNamed && typeof name === 'string' && { 'mcp-name': encodeHeader(name) }),
    }
  }

  #post({ message, headers = {}, signal }: Round): Promise<Response> {
    return fetch(this.#url, {
      method: 'POST',
      headers: {
        ...this.#headers(),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(message),
      signal: signal ? AbortSignal.any([signal, this.#streams.signal]) : this.#streams.signal,
    })
  }

  async #openGetStream(): Promise<void> {
    const headers = { ...this.#headers(), accept: 'text/event-stream' }
    const { signal } = this.#streams
    const response = await fetch(this.#url, { headers, signal })
    void this.#read(response).catch(() => undefined)
  }

  async #read(response: Response): Promise<void> {
    for await (const received of messagesIn(response)) {
      if ('method' in received && 'id' in received) void this.#answerRequest(received as never)
      else this.heard.put(received)
    }
  }

  async #answerRequest(request: { id: RequestId; method: string; params?: JsonObject }) {
    const message = await this.#answer(request).then(
      (result) => ({ jsonrpc: '2.0', id: request.id, result }),
      ({ code = -32603, message: words }: RpcError) => ({
        ...{ jsonrpc: '2.0', id: request.id },
        error: { code, message: words },
      }),
    )
    await this.#post({ message })
  }

  async #answer(question: { method: string; params?: JsonObject }): Promise<JsonObject> {
    const { answer } = this.#options
    if (!answer) throw new RpcError(-32601, `not answered: ${question.method}`)
    return answer(question)
  }
}

function resultOf(message: RpcMessage): JsonObject {
  if ('result' in message) return message.result
  if (!('error' in message)) throw new Error('neither a result nor an error')
  throw new RpcError(message.error.code, message.error.message, message.error.data)
}

async function* messagesIn(response: Response): AsyncGenerator<RpcMessage> {
  const type = response.headers.get('content-type') ?? ''
  if (!type.includes('text/event-stream')) {
    const text = await response.text()
    if (text !== '') yield parseJson(text) as RpcMessage
    return
  }
  if (!response.body) return
  const text = response.body.pipeThrough(new TextDecoderStream() as never) as ReadableStream<string>
  for await (const { data } of text.pipeThrough(new EventSourceParserStream())) {
    if (data !== '') yield parseJson(data) as RpcMessage
  }
}
