import type { Ask, AskOptions, ClientFace, Question } from '../connections/connection.ts'
import {
  isObject,
  RpcCode,
  RpcError,
  type JsonObject,
  type RequestId,
  type RpcFailure,
  type RpcNotification,
  type RpcRequest,
  type RpcResult,
} from '../json-rpc.ts'
import { quote } from './unknown.ts'

/** A client that answers nothing must not fill the memory, nor a server ask a person for ever. */
const MAX_PENDING = 256

/** What goes to a client on a stream: notifications, and requests of servers. */
export type Send = (message: RpcNotification | RpcRequest) => void

type Pending = {
  resolve: (result: JsonObject) => void
  reject: (error: unknown) => void
  options: AskOptions
  /** The server's own, put back into what the client says of its progress. */
  progressToken: unknown
}

/**
 * What a client would have to declare besides to be asked this, as an object of capabilities; null
 * when nothing is missing. `elicitation: {}` is that of 2025-06-18: forms only.
 */
export function missingFor({ capabilities }: ClientFace, question: Question): JsonObject | null {
  const { method, params = {} } = question
  if (method === 'roots/list') return isObject(capabilities.roots) ? null : { roots: {} }
  if (method === 'sampling/createMessage') {
    const { sampling } = capabilities
    const withTools = params.tools !== undefined || params.toolChoice !== undefined
    if (isObject(sampling) && (!withTools || sampling.tools !== undefined)) return null
    return { sampling: withTools ? { tools: {} } : {} }
  }
  if (method !== 'elicitation/create') return null
  const { elicitation } = capabilities
  const isByUrl = params.mode === 'url'
  const hasMode = (declared: JsonObject) =>
    isByUrl ? declared.url !== undefined : declared.form !== undefined || declared.url === undefined
  if (isObject(elicitation) && hasMode(elicitation)) return null
  return { elicitation: isByUrl ? { url: {} } : { form: {} } }
}

/**
 * Throws `RpcError` for the server when the client never said that it can answer this: -32601, or
 * -32602 when it takes such requests, but none like this one (2025-11-25, "Elicitation": errors).
 */
export function requireDeclared(client: ClientFace, question: Question): void {
  const missing = missingFor(client, question)
  if (missing === null) return
  const isKnown = Object.keys(missing).every((name) => isObject(client.capabilities[name]))
  const text = `The client did not declare what ${quote(question.method)} needs`
  throw new RpcError(isKnown ? RpcCode.invalidParams : RpcCode.methodNotFound, text)
}

/** Requests of servers that are put to one client of the legacy era, until it answers. */
export class Questions {
  readonly #client: ClientFace
  readonly #pending = new Map<RequestId, Pending>()
  #lastId = 0

  constructor(client: ClientFace) {
    this.#client = client
  }

  /** An `Ask` whose requests go out by `send`. */
  by(send: Send): Ask {
    return (question, options) => this.#ask(question, options, send)
  }

  async #ask(question: Question, options: AskOptions, send: Send): Promise<JsonObject> {
    requireDeclared(this.#client, question)
    options.signal.throwIfAborted()
    if (this.#pending.size >= MAX_PENDING) {
      const text = `The client has ${MAX_PENDING} requests to answer, as many as it may have`
      throw new RpcError(RpcCode.internalError, text)
    }
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    const meta = isObject(question.params?._meta) ? question.params._meta : undefined
    const progressToken = meta?.progressToken
    this.#pending.set(id, { resolve, reject, options, progressToken })
    const withdraw = () => {
      if (this.#pending.delete(id)) send(cancellation(id))
      reject(options.signal.reason)
    }
    options.signal.addEventListener('abort', withdraw, { once: true })
    // Servers count their tokens as they like: ours is the id, which no other question has.
    const params =
      progressToken === undefined
        ? question.params
        : { ...question.params, _meta: { ...meta, progressToken: id } }
    try {
      send({ jsonrpc: '2.0', id, method: question.method, ...(params && { params }) })
      return await promise
    } finally {
      options.signal.removeEventListener('abort', withdraw)
      this.#pending.delete(id)
    }
  }

  /** An answer of the client; one to nothing that was asked is dropped. */
  answered(message: RpcResult | RpcFailure): void {
    const pending = message.id === null ? undefined : this.#pending.get(message.id)
    if (!pending) return
    if ('result' in message) return pending.resolve(message.result)
    const { code, message: words, data } = message.error
    pending.reject(new RpcError(code, words, data))
  }

  progressed(notification: RpcNotification): void {
    const pending = this.#pending.get(notification.params?.progressToken as RequestId)
    if (pending?.progressToken === undefined) return
    const params = { ...notification.params, progressToken: pending.progressToken }
    pending.options.onProgress({ ...notification, params })
  }

  /** A question will never reach the client. */
  unheard(id: RequestId): void {
    const text = 'The client does not listen, and too much waits for it: it cannot be asked'
    this.#pending.get(id)?.reject(new RpcError(RpcCode.internalError, text))
  }

  /** Nobody will answer any more. */
  end(reason: RpcError): void {
    for (const { reject } of this.#pending.values()) reject(reason)
    this.#pending.clear()
  }
}

function cancellation(requestId: RequestId): RpcNotification {
  const params = { requestId, reason: 'The server withdrew it.' }
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params }
}
