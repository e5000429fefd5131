import type { JsonObject, RpcNotification } from '../json-rpc.ts'

export type RequestOptions = {
  /**
   * Once aborted, `notifications/cancelled` with our id of the request goes to the server at once,
   * and the request rejects with the signal's reason.
   */
  signal?: AbortSignal
  /**
   * Who asks. The server's log messages reach `notify` only while one owner alone has requests in
   * flight: on a shared connection nothing else says whose call a message belongs to.
   */
  owner?: object
  /**
   * Receives this request's `notifications/progress`, in order and with the caller's own
   * `progressToken` put back, and log messages of the server.
   */
  notify?: (notification: RpcNotification) => void
  /** Time without an answer or progress; then it is cancelled and fails. 0 waits for ever. */
  timeoutMs?: number
}

/** One live connection to a server: a child process or an HTTP session. */
export interface Connection {
  /** The result of `initialize`, untouched. */
  readonly hello: JsonObject
  /** Of the child process; `null` over HTTP. */
  readonly pid: number | null
  /**
   * Resolves with the result untouched, unknown fields kept. Rejects with the server's own error as
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

/** The server cannot be reached; `reason` is what a person can act on, without any secret. */
export class ServerDown extends Error {
  /** The name of the server. */
  readonly server: string
  readonly reason: string

  constructor(server: string, reason: string, options?: ErrorOptions) {
    super(`The server "${server}" cannot be reached. ${reason}`, options)
    this.name = 'ServerDown'
    this.server = server
    this.reason = reason
  }
}
