/** Why a request to the management side, or the start, could not be carried out. */
export type AppErrorCode =
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'in-use'
  | 'unauthorized'
  | 'forbidden'
  | 'too-many'
  | 'unavailable'

/**
 * An error whose message is a whole sentence for a person. Errors of the MCP wire are `RpcError`
 * (json-rpc.ts): the two never stand in for each other.
 */
export class AppError extends Error {
  readonly code: AppErrorCode

  constructor(code: AppErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AppError'
    this.code = code
  }
}

/** The one door from `unknown` to a sentence; never a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ')
  }
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    // Whoever throws may throw anything, also what cannot be made a text.
    return 'Something was thrown that says nothing.'
  }
}
