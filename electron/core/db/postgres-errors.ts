import { AppError } from '../errors.ts'
import { reasonOf } from './reasons.ts'

/** `host:port/database`, for texts: never with the password. Throws an AppError `invalid`. */
export function placeOf(url: string): string {
  try {
    const { protocol, hostname, port, pathname, searchParams } = new URL(url)
    if (!['postgres:', 'postgresql:'].includes(protocol)) throw new Error('another protocol')
    const host = searchParams.get('host') ?? hostname
    return `${host || 'localhost'}${port ? `:${port}` : ''}${decodeURIComponent(pathname)}`
  } catch (cause) {
    const message =
      'DATABASE_URL is no address of a database: postgres://user:password@host:5432/name.'
    throw new AppError('invalid', message, { cause })
  }
}

/** Of the network and of the driver, where there is no answer of PostgreSQL's. */
const OUT_OF_REACH = /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|EPIPE|ENOENT)/
const BROKEN =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/

/**
 * The server cannot be reached, or let nobody in: an AppError `unavailable`. What it said of a query
 * stays as it is.
 */
export function refusalOf(error: unknown, place: string): unknown {
  if (error instanceof AppError) return error
  const cause = bottomOf(error)
  const code = 'code' in cause ? String(cause.code) : ''
  if (!isOutOfReach(code, cause.message)) return error
  const message = `The database ${place} cannot be used: ${reasonOf(error) || code}.`
  return new AppError('unavailable', message, { cause: error })
}

function isOutOfReach(code: string, message: string): boolean {
  // Classes 08, 28, 57 and 53 of PostgreSQL's codes: connection, authorization, shutdown, resources.
  const isTheirs = /^(08|28|53)/.test(code) || ['57P01', '57P02', '57P03', '3D000'].includes(code)
  return isTheirs || OUT_OF_REACH.test(code) || BROKEN.test(message)
}

function bottomOf(error: unknown): Error {
  const isWrapped = error instanceof Error && error.cause instanceof Error
  if (isWrapped) return bottomOf(error.cause)
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0]
  return error instanceof Error ? error : new Error(String(error))
}
