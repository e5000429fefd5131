export type JsonObject = Record<string, unknown>
export type Id = string | number
export type Incoming = {
  id?: Id
  method?: string
  params?: JsonObject
  result?: unknown
  error?: unknown
}

/** HTTP statuses that the modern era wants for an error of the protocol itself. */
const STATUSES: Record<number, number> = {
  [-32601]: 404,
  [-32020]: 400,
  [-32021]: 400,
  [-32022]: 400,
}

/** An error that the echo server answers as it is. */
export class EchoError extends Error {
  readonly code: number
  readonly data: unknown
  /** Over modern HTTP. */
  status: number

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
    this.status = STATUSES[code] ?? 200
  }
}

/** The way to a client for what belongs to one request, or to none: stdout, or an HTTP stream. */
export interface EchoLine {
  send(message: JsonObject): void
  /** The last message of a request; over HTTP with this status if nothing was sent before. */
  answer(message: JsonObject, status?: number): void
  /** Ends the request's exchange without an answer. */
  end(): void
  /** Writes what is no message. */
  garble(words: string): void
  /** Breaks the stream off in the middle; who can resume, may. */
  drop(): void
}

export function answerTo(id: Id, result: JsonObject): JsonObject {
  return { jsonrpc: '2.0', id, result }
}

export function refusalOf(id: Id | null, error: unknown): JsonObject {
  if (!(error instanceof EchoError)) {
    return { jsonrpc: '2.0', id, error: { code: -32603, message: String(error) } }
  }
  const { code, message, data } = error
  return { jsonrpc: '2.0', id, error: { code, message, data } }
}

export function notification(method: string, params?: JsonObject): JsonObject {
  return params === undefined ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', method, params }
}

const GARBAGE = 'warning: not JSON-RPC\n{"half": \n42'

/** A line with garbage before every message. */
export function noisy(line: EchoLine): EchoLine {
  return {
    ...line,
    send(message) {
      line.garble(GARBAGE)
      line.send(message)
    },
    answer(message, status) {
      // An answer that is a plain JSON body has no room for anything before it.
      if ((status ?? 200) === 200) line.garble(GARBAGE)
      line.answer(message, status)
    },
  }
}
