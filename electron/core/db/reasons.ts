import { messageOf } from '../errors.ts'

/** What PostgreSQL said, not the query in which it said it. */
export function reasonOf(error: unknown): string {
  const said = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return messageOf(said).replace(/\.$/, '')
}

/** What PostgreSQL says of damage that a query met; null for any other error. */
export function damageIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const code = 'code' in error ? error.code : null
  // data_corrupted and index_corrupted (PostgreSQL documentation, Appendix A).
  if (code === 'XX001' || code === 'XX002') return error.message
  return damageIn(error.cause)
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
