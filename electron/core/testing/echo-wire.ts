import { createInterface } from 'node:readline'

type JsonObject = Record<string, unknown>
type Id = string | number
export type Incoming = { id?: Id; method?: string; params?: JsonObject; result?: unknown }

/** An error that the echo server answers as it is. */
export class EchoError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** JSON-RPC over stdin and stdout, one message per line, without any library. */
export interface EchoWire {
  answer(id: Id, result: JsonObject): void
  refuse(id: Id, error: unknown): void
  notify(method: string, params?: JsonObject): void
  /** Sends a request to the client; resolves with its whole answer, result or error. */
  ask(method: string, params: unknown): Promise<JsonObject>
}

export function openEchoWire(garbage: boolean, onMessage: (message: Incoming) => void): EchoWire {
  const asked = new Map<Id, (answer: JsonObject) => void>()
  let asks = 0
  const write = (message: JsonObject) => {
    if (garbage) process.stdout.write('warning: not JSON-RPC\n{"half": \n42\n')
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }
  createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line) as Incoming & JsonObject
    const settle = message.method === undefined && asked.get(message.id ?? '')
    if (!settle) return onMessage(message)
    asked.delete(message.id ?? '')
    settle(message)
  })
  return {
    answer: (id, result) => write({ id, result }),
    refuse: (id, error) => write({ id, error: wireError(error) }),
    notify: (method, params) => write(params === undefined ? { method } : { method, params }),
    ask(method, params) {
      const id = `ask-${++asks}`
      write({ id, method, params })
      return new Promise((resolve) => asked.set(id, resolve))
    },
  }
}

function wireError(error: unknown): JsonObject {
  if (error instanceof EchoError) {
    return { code: error.code, message: error.message, data: error.data }
  }
  return { code: -32603, message: String(error) }
}
