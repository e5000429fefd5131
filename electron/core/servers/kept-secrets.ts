import type { Server, ServerPatch } from '../../../shared/server.ts'
import { AppError } from '../errors.ts'

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never
type Definition = WithoutId<Server>
type Remote = Exclude<Definition, { type: 'STDIO' }>

/**
 * For a change by another hand than the one that put the secrets in. Who may lead a server elsewhere
 * must not get to know by that what they were never shown. Throws AppError `forbidden`. (What came of
 * a sign-in is bound to the address anyway.)
 */
export function refuseToMoveSecrets(before: Definition, patch: ServerPatch): void {
  if (before.type === 'STDIO' || patch.url === undefined) return
  const origin = originOf(before.url)
  if (originOf(patch.url) === origin) return
  const kept = keptSecrets(before, patch)
  if (kept.length === 0) return
  const text = `Somebody else has given this server its secrets (${kept.join(', ')}), for "${origin}" alone. To lead it elsewhere, put them in anew or take them out.`
  throw new AppError('forbidden', text)
}

/** Secrets that a change leaves as they are, in words. */
function keptSecrets(before: Remote, { headers, bearerToken, oauth }: ServerPatch): string[] {
  const names = Object.keys(before.headers).filter((name) => !headers || headers[name] === null)
  const hasClientSecret = before.oauth?.clientSecret !== undefined
  const keepsClientSecret = oauth === undefined || oauth?.clientSecret === null
  return [
    ...names,
    ...(before.bearerToken !== null && bearerToken === undefined ? ['bearer token'] : []),
    ...(hasClientSecret && keepsClientSecret ? ['client secret'] : []),
  ]
}

/** One that references stand in is compared as it is written. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}
