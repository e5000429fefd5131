import { z } from 'zod'
import { parseAllowed } from '../core/index.ts'

/** A port, given as text. */
export const portField = z
  .string()
  .regex(/^\d{1,5}$/, 'is not a port: use 0 to 65535')
  .transform(Number)
  .refine((port) => port <= 65_535, 'is not a port: use 0 to 65535')

/** Origins of web pages, separated by commas: never all of them, and no part of one. */
export const originsField = z.string().transform((text, context) => {
  const origins = partsOf(text)
  const wrong = origins.find((origin) => !isOrigin(origin))
  if (wrong === undefined) return origins
  const message = `names ${JSON.stringify(wrong)}, which is no origin: write "https://app.example.com", without a path`
  return refuse(context, message)
})

/**
 * Where we are reached from outside, as an origin. Below a path our window, cookies that are for one
 * host alone (`__Host-`) and the documents that clients look for at the root could not be had.
 */
export const publicUrlField = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) {
    return refuse(context, 'is not an http or https URL')
  }
  // All but a slash at its end.
  if (url.href === `${url.origin}/`) return url.origin
  return refuse(
    context,
    `has more than a host and a port: give MetaMCP a host name or a port of its own, as in "${url.origin}"`,
  )
})

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

/** Addresses, ranges and names of hosts, separated by commas. */
export const addressesField = z.string().transform((text, context) => {
  const { allow, problem } = parseAllowed(text)
  if (problem === null) return allow
  const message = `names ${JSON.stringify(problem)}, which is no address, range (10.0.0.0/8) or name of a host`
  return refuse(context, message)
})

/** A database of a PostgreSQL server. What is wrong with it is said without it: it holds a password. */
export const databaseField = z.string().refine(isDatabase, {
  error: 'is no address of a database: write "postgres://user:password@host:5432/name"',
})

/** What a replica is called in what clients carry, and in the patterns of a balancer. */
export const replicaField = z
  .string()
  .regex(/^[A-Za-z0-9]{1,32}$/, 'is no name of a replica: use up to 32 letters and digits')

/** Seconds, given as text; milliseconds come out. */
export const drainField = z
  .string()
  .regex(/^\d{1,4}$/, 'is no number of seconds: use 0 to 3600')
  .transform((seconds) => Number(seconds) * 1_000)
  .refine((ms) => ms <= 3_600_000, 'is no number of seconds: use 0 to 3600')

function isDatabase(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, pathname } = new URL(text)
  return /^postgres(ql)?:$/.test(protocol) && pathname.length > 1
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
}

/** As browsers send it: `null` and anything with more to it than scheme, host and port is none. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol } = new URL(text)
  return origin === text && /^https?:$/.test(protocol)
}
