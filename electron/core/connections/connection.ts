import type { ServerProblem } from '../../../shared/server-problem.ts'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import { KnownProblem, problemOf } from './known-problem.ts'

/** Revisions up to 2025-11-25 (`initialize`), and from 2026-07-28 (every request for itself). */
export type Era = 'legacy' | 'modern'

/** What a client says of itself, in `initialize` or with each modern request: untouched. */
export type ClientFace = { capabilities: JsonObject; info: JsonObject | undefined }

/** A request of a server to the client, without its id. */
export type Question = { method: string; params?: JsonObject | undefined }

export type AskOptions = {
  /** Aborted when the server cancels its request, or is gone. */
  signal: AbortSignal
  /** Receives the client's `notifications/progress`, with the server's own token. */
  onProgress: (notification: RpcNotification) => void
}

/**
 * Puts a server's request to the client. Resolves with the client's result untouched; rejects with
 * the `RpcError` that the server is to get, also when the client did not declare what it needs.
 */
export type Ask = (question: Question, options: AskOptions) => Promise<JsonObject>

export type RequestOptions = {
  /**
   * Once aborted, the request is cancelled at the server at once, and rejects with the signal's
   * reason.
   */
  signal?: AbortSignal
  /**
   * Who asks. What a server says or asks without telling which request it is about reaches `notify`
   * and `ask` only while one owner alone has requests in flight: on a shared connection nothing
   * else says whose it is.
   */
  owner?: object
  /**
   * Receives this request's `notifications/progress`, in order and with the caller's own
   * `progressToken` put back, and log messages of the server.
   */
  notify?: (notification: RpcNotification) => void
  /** Answers requests of the server (legacy); without it they are refused. */
  ask?: Ask
  /** Goes with a modern request, in its envelope; without it we speak for ourselves. */
  client?: ClientFace
  /** Of a modern request: the server sends log messages from this level on, else none. */
  logLevel?: string | undefined
  /** Headers beside those that every request has (modern HTTP: `Mcp-Param-…`). */
  headers?: Record<string, string>
  /** Time without an answer or progress; then it is cancelled and fails. 0 waits for ever. */
  timeoutMs?: number
}

/** One live connection to a server: a child process or an HTTP session. */
export interface Connection {
  readonly era: Era
  /** Nobody else's: what a server says or asks on it is its tenant's. */
  readonly isShared: boolean
  /**
   * The result of `initialize`, untouched; of a modern server that of `server/discover`, with
   * `protocolVersion` and, from its `_meta`, `serverInfo` put in.
   */
  readonly hello: JsonObject
  /** Of the child process; `null` over HTTP. */
  readonly pid: number | null
  /**
   * Resolves with the result untouched, unknown fields kept: a modern server's may be
   * `input_required` or of a type that we do not know. Rejects with the server's own error as
   * `RpcError` (code, message and data untouched), with `RpcError` -32603 and
   * `{ server, timeoutMs }` when it took too long, with `ServerDown` when the server went away, or
   * with the signal's reason.
   */
  request(
    method: string,
    params: JsonObject | undefined,
    options?: RequestOptions,
  ): Promise<JsonObject>
  /** Resolves once the message is handed over; rejects `ServerDown`. */
  notify(method: string, params?: JsonObject): Promise<void>
  /** Settles once, with the reason in words. */
  readonly closed: Promise<string>
  close(): Promise<void>
}

/**
 * Someone who may need a connection of their own: a session, or a client that makes modern calls,
 * one at a time.
 */
export interface Tenant {
  readonly client: ClientFace
  /** A session, which stays on the connection that it began on: the server may know it by that. */
  readonly isSession?: boolean
  /** Answers what the server asks while none of the tenant's requests is in flight. */
  readonly ask: Ask
  /** Receives what the server says while none of the tenant's requests is in flight. */
  readonly notify: (serverId: string, notification: RpcNotification) => void
}

/** Without a problem of its own, that of the cause. */
type ServerDownOptions = ErrorOptions & { problem?: ServerProblem | null }

/** The server cannot be reached; `reason` is what a person can act on, without any secret. */
export class ServerDown extends KnownProblem {
  /** The name of the server. */
  readonly server: string
  readonly reason: string

  constructor(server: string, reason: string, options: ServerDownOptions = {}) {
    const problem = options.problem ?? problemOf(options.cause)
    super(`The server "${server}" cannot be reached. ${reason}`, problem, options)
    this.name = 'ServerDown'
    this.server = server
    this.reason = reason
  }
}
