import type { IncomingMessage } from 'node:http'

/** The secret that a request carries, from the places where one may stand, or null. */
export function readCredential(request: IncomingMessage, query: URLSearchParams | null) {
  const { authorization } = request.headers
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const key = request.headers['x-api-key']
  if (typeof key === 'string' && key !== '') return key
  return query?.get('api_key') ?? null
}
