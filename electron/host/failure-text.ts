import { AppError, messageOf, showableText } from '../core/index.ts'

const LONGEST = 10_000

/**
 * Why a start failed, for who started it in a terminal: the sentence of an `AppError`. Anything
 * else is a bug, and its stack the only trace of it, without what looks like a secret.
 */
export function failureText(error: unknown): string {
  if (error instanceof AppError || !(error instanceof Error)) return messageOf(error)
  return showableText(error.stack ?? error.message, LONGEST)
}
