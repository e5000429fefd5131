/** What the address asks of the door; the rest of it stays as the person will find it. */
export type Errand = {
  /** Of an invitation's link. */
  invitation: string | null
  /** Of a link for who forgot their password. */
  reset: string | null
  /** What a client that wants to be let in was sent here with, to be handed back as it is. */
  oauthQuery: string | null
  /** A provider sent the person back without signing them in. */
  hasFailed: boolean
}

export function errandOf({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Errand {
  const query = new URLSearchParams(search)
  const isHere = pathname === '/sign-in'
  return {
    invitation: isHere ? query.get('invitation') : null,
    reset: isHere ? query.get('reset') : null,
    oauthQuery: isHere && query.has('client_id') ? search.slice(1) : null,
    hasFailed: isHere && query.has('error'),
  }
}

/** Why somebody was not let in. */
export class Refused extends Error {
  readonly status: number
  readonly code: string | null
  /** When to try again, in seconds. */
  readonly retryAfter: number | null

  constructor(
    status: number,
    told: { code?: unknown; message?: unknown },
    retryAfter: string | null,
  ) {
    super(typeof told.message === 'string' ? told.message : '')
    this.status = status
    this.code = typeof told.code === 'string' ? told.code : null
    this.retryAfter = retryAfter === null ? null : Number.parseInt(retryAfter, 10) || null
  }
}

/** Sends what was filled in; rejects with `Refused`, also where nobody answers (status 0). */
export async function post(
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<{ url?: unknown }> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }).catch(() => null)
  if (!response) throw new Refused(0, {}, null)
  const answer: unknown = await response.json().catch(() => null)
  const told = typeof answer === 'object' && answer !== null ? answer : {}
  if (response.ok) return told
  const retryAfter = response.headers.get('retry-after') ?? response.headers.get('x-retry-after')
  throw new Refused(response.status, told, retryAfter)
}

/** Programs, and pages that the address itself would write, are no place to go to. */
const NOWHERE = new Set(['javascript:', 'data:', 'blob:', 'vbscript:', 'file:'])

/** Follows where an answer of ours leads: on to the consent, or back to the client. */
export function follow(url: unknown): void {
  if (typeof url !== 'string') return enter()
  const target = new URL(url, window.location.href)
  if (NOWHERE.has(target.protocol)) throw new Refused(0, {}, null)
  window.location.assign(target)
}

/** Where other pages are to come back to: the client's request, asked again as itself. */
export function backFrom({ oauthQuery }: Pick<Errand, 'oauthQuery'>): string {
  if (oauthQuery === null) return '/'
  const query = new URLSearchParams(oauthQuery)
  for (const ours of ['sig', 'exp']) query.delete(ours)
  return `/api/auth/oauth2/authorize?${query.toString()}`
}

const ASKED = 'asked-again'

/**
 * Whoever comes from another site is sent to the door though they are signed in: our cookie does not
 * come along from there. The request is asked again from here; once, should it lead here again.
 */
export function askAgain(errand: Errand): boolean {
  const request = backFrom(errand)
  if (errand.oauthQuery === null || sessionStorage.getItem(ASKED) === request) return false
  sessionStorage.setItem(ASKED, request)
  window.location.replace(request)
  return true
}

const PLACE = 'place'

/** To come back to after a provider's pages, which know nothing of it. */
export function rememberPlace(): void {
  sessionStorage.setItem(PLACE, window.location.hash)
}

/** Goes in, to where the person was. All that the page knew before is of somebody else. */
export function enter(): void {
  const place = window.location.hash || (sessionStorage.getItem(PLACE) ?? '')
  sessionStorage.removeItem(PLACE)
  if (window.location.pathname === '/sign-in') window.location.replace(`/${place}`)
  else window.location.reload()
}
