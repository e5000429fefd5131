import type { ServerProblem } from '../../../shared/server-problem.ts'
import type { RequestId, RpcMessage } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import type { ChildEnv } from './child-env.ts'
import type { Fetch } from './http-client.ts'
import type { ProcessList } from './process-tree.ts'
import type { ServerAuth } from './server-auth.ts'
import type { StderrTail } from './stderr-tail.ts'

/** What a transport tells its connection. */
export type TransportEvents = {
  /** `on` is our id of the request on whose own stream it came, where streams are apart (HTTP). */
  onMessage(message: RpcMessage, on?: RequestId): void
  /**
   * Called once, when no more messages can come or go; `reason` is whole sentences, masked, as are
   * the facts of `problem`.
   */
  onEnd(reason: string, problem?: ServerProblem | null): void
}

export type SendOptions = {
  /** The stream of this request's answer ended, perhaps without one (Streamable HTTP only). */
  onStreamEnd?: () => void
  /** Stops reading the answer of this request (Streamable HTTP only). */
  signal?: AbortSignal
  /** Go with this message beside those that the transport makes from it (Streamable HTTP only). */
  headers?: Record<string, string>
}

/** Messages to and from one server, whatever carries them. */
export interface Transport {
  readonly pid: number | null
  /**
   * How a request of the modern era is cancelled: by `notifications/cancelled`, or by closing the
   * stream of its answer (revision 2026-07-28, "Cancellation"). The legacy era always sends a message.
   */
  readonly modernCancel: 'message' | 'stream'
  /** Rejects `RpcError` if the server answered with one, else `ServerDown`. */
  send(message: RpcMessage, options?: SendOptions): Promise<void>
  /** The revision that is spoken from now on; a modern one makes HTTP send its headers. */
  useVersion(version: string): void
  /** The handshake is done: a moment to look at what the start has brought about. */
  settle(): Promise<void>
  /** Ends the process and all its descendants, or the HTTP session. Idempotent; at most ~5 s. */
  end(reason: string): Promise<void>
}

/** Opens one connection's transport; rejects with a sentence, and leaves nothing behind then. */
export type OpenTransport = (events: TransportEvents) => Promise<Transport>

/** What transports need beside the definition of their server. */
export type TransportContext = {
  log: Logger
  stderr: StderrTail
  /** Told what the process prints, line by line and masked. */
  onStderr?: (lines: string[]) => void
  /** Told of each line that its process prints to stdout and that is no message; not masked. */
  onNoise?: (line: string) => void
  childEnv: ChildEnv
  /** For servers over HTTP. */
  fetch: Fetch
  /** Credentials that come from a sign-in; none where nobody can sign in. */
  auth?: ServerAuth | undefined
  listProcesses: ProcessList
  /** Aborted when we end ourselves: what is ending then, or later, has ~2 s left. */
  haste: AbortSignal
  /** Aborted when the start is given up. */
  signal: AbortSignal
}
