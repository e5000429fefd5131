import type { RpcMessage } from '../json-rpc.ts'
import type { HttpFailure } from './http-failure.ts'
import { isModernVersion, modernHeaders, modernVersionOf } from './modern-request.ts'

/** Below this length an id is a word, and hiding it would garble messages. */
const SHORTEST_SECRET = 6

/**
 * What each HTTP request of a connection says of it. A message that names a modern revision in its
 * envelope makes its own request modern, until a version has been agreed on.
 */
export class HttpSession {
  /** As the server gave it with its answer to `initialize` (legacy). */
  id: string | null = null
  /** As agreed on. */
  version: string | undefined

  /** There is something to tell goodbye. */
  get isOpen(): boolean {
    return this.id !== null && !(this.version !== undefined && isModernVersion(this.version))
  }

  isModern(message: RpcMessage): boolean {
    return this.#modernVersionFor(message) !== undefined
  }

  headersFor(message: RpcMessage): Record<string, string> {
    const version = this.#modernVersionFor(message)
    return version === undefined ? this.headers() : modernHeaders(message, version)
  }

  /** Specification 2025-11-25, "Session Management" and "Protocol Version Header". */
  headers(): Record<string, string> {
    return {
      ...(this.id !== null && { 'Mcp-Session-Id': this.id }),
      ...(this.version !== undefined && { 'MCP-Protocol-Version': this.version }),
    }
  }

  /** Hides the session's id in a text that people or callers will see: it is between two alone. */
  mask(text: string): string {
    const { id } = this
    return id === null || id.length < SHORTEST_SECRET ? text : text.replaceAll(id, '•••')
  }

  /** Specification 2025-11-25, "Session Management": 404; some servers say 400 and name the session. */
  isGone({ status, rpc, reason }: HttpFailure): boolean {
    if (this.id === null) return false
    return status === 404 || (status === 400 && /session/i.test(rpc?.message ?? reason))
  }

  /** `undefined` for a message of the legacy era. */
  #modernVersionFor(message: RpcMessage): string | undefined {
    if (this.version === undefined) return modernVersionOf(message)
    if (!isModernVersion(this.version)) return undefined
    return modernVersionOf(message) ?? this.version
  }
}
