import { AppError, messageOf } from '../core/index.ts'

/**
 * Why a start failed, for who started it in a terminal: the sentence of an `AppError`. Anything
 * else is a bug, and its stack the only trace of it.
 */
export function failureText(error: unknown): string {
  if (error instanceof AppError || !(error instanceof Error)) return messageOf(error)
  return error.stack ?? error.message
}
