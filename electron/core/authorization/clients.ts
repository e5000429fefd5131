import { randomBytes } from 'node:crypto'
import { and, eq, inArray, isNull, lt, notExists } from 'drizzle-orm'
import { z } from 'zod'
import type { Database, Tx } from '../db/open.ts'
import { oauthClients, oauthConsents } from '../db/schema.ts'
import { GRANTED_SCOPES } from './scope.ts'

/** What went wrong with a registration, in the words of RFC 7591, section 3.2.2. */
export class RegistrationRefused extends Error {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'
  constructor(error: RegistrationRefused['error'], message: string) {
    super(message)
    this.error = error
  }
}

/** Clients that nobody has let in are forgotten after this, in ms. */
const UNUSED_MS = 24 * 60 * 60_000
/** And there are no more of them than this: anybody may register. */
const MAX_UNUSED = 500
const MAX_REDIRECTS = 20

const text = (max: number) => z.string().trim().min(1).max(max)

/** RFC 7591, section 2. What else a client says of itself is of no use to us, and is left out. */
const metadata = z.object({
  redirect_uris: z.array(z.string().max(2_048)).min(1).max(MAX_REDIRECTS),
  client_name: text(128).optional(),
  grant_types: z.array(z.string()).optional(),
  response_types: z.array(z.string()).optional(),
})

/** Answers a registration, with a client that holds no secret and proves itself by PKCE. */
export async function registerClient(
  db: Database,
  body: unknown,
  now: number,
): Promise<Record<string, unknown>> {
  const { redirectUris, name } = readMetadata(body)
  const clientId = randomBytes(24).toString('base64url')
  const createdAt = new Date(now)
  const given = {
    grantTypes: ['authorization_code', 'refresh_token'],
    responseTypes: ['code'],
    tokenEndpointAuthMethod: 'none',
    applicationType: redirectUris.every(isHttps) ? 'web' : 'native',
  }
  await db.write(async (tx) => {
    await forgetUnused(tx, createdAt)
    await tx.insert(oauthClients).values({
      ...{ id: clientId, clientId, name, redirectUris, createdAt, updatedAt: createdAt },
      ...given,
      scopes: GRANTED_SCOPES,
      requirePKCE: true,
    })
  })
  return {
    client_id: clientId,
    client_id_issued_at: Math.floor(now / 1000),
    client_name: name,
    redirect_uris: redirectUris,
    grant_types: given.grantTypes,
    response_types: given.responseTypes,
    token_endpoint_auth_method: given.tokenEndpointAuthMethod,
    application_type: given.applicationType,
    scope: GRANTED_SCOPES.join(' '),
  }
}

function readMetadata(body: unknown): { redirectUris: string[]; name: string } {
  const parsed = metadata.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const isRedirect = issue?.path[0] === 'redirect_uris'
    const where = issue?.path.join('.') ?? ''
    throw new RegistrationRefused(
      isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      `${where}: ${issue?.message ?? 'not valid'}`,
    )
  }
  const { redirect_uris: redirectUris, client_name, grant_types, response_types } = parsed.data
  redirectUris.forEach(checkRedirectUri)
  const isCode = grant_types?.includes('authorization_code') ?? true
  if (!isCode || (response_types && !response_types.includes('code'))) {
    throw new RegistrationRefused('invalid_client_metadata', 'Only the code flow is offered')
  }
  const [first = ''] = redirectUris
  return { redirectUris: [...new Set(redirectUris)], name: shownName(client_name) ?? hostOf(first) }
}

/** A name is read by a person who decides by it: nothing in it may turn, hide or break its line. */
function shownName(name: string | undefined): string | undefined {
  const shown = name?.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return shown === '' ? undefined : shown
}

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(\/|\?|$)/
const NO_APP = new Set([
  ...['about:', 'blob:', 'chrome:', 'data:', 'file:', 'filesystem:', 'ftp:', 'http:', 'https:'],
  ...[
    'intent:',
    'javascript:',
    'mailto:',
    'resource:',
    'sms:',
    'tel:',
    'vbscript:',
    'view-source:',
  ],
  ...['ws:', 'wss:'],
])

/**
 * Where a code may be sent to: https; http on this computer (RFC 8252, section 7.3); or the scheme
 * of a program (section 7.1), also one without dots, as Cursor and others have. Throws
 * `RegistrationRefused`.
 */
function checkRedirectUri(uri: string): void {
  const refuse = (why: string): never => {
    throw new RegistrationRefused('invalid_redirect_uri', `${why}: ${JSON.stringify(uri)}`)
  }
  if (!URL.canParse(uri)) return refuse('A redirect URI must be absolute')
  const { protocol, username, password } = new URL(uri)
  // What the parser of URLs would drop, or turn into something else, without a word.
  if (/[\u0000-\u0020\u007f\\*]/.test(uri)) return refuse('A redirect URI must be plain')
  if (uri.includes('#')) return refuse('A redirect URI must have no fragment')
  if (username !== '' || password !== '') return refuse('A redirect URI must name no user')
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(uri))) return
  if (protocol === 'http:') return refuse('http is for this computer alone')
  if (NO_APP.has(protocol)) refuse('That is not the scheme of a program')
}

function isHttps(uri: string): boolean {
  return new URL(uri).protocol === 'https:'
}

/** As a person reads it: the host, or the scheme of a program. */
export function hostOf(uri: string): string {
  const { host, protocol } = new URL(uri)
  return ['http:', 'https:'].includes(protocol) ? host : `${protocol}//${host}`
}

/** Whether a code goes to a program on the person's own computer. */
export function isLocalRedirect(uri: string): boolean {
  return !isHttps(uri)
}

async function forgetUnused(tx: Tx, now: Date): Promise<void> {
  const consents = tx
    .select({ id: oauthConsents.id })
    .from(oauthConsents)
    .where(eq(oauthConsents.clientId, oauthClients.clientId))
  const isUnused = and(notExists(consents), isNull(oauthClients.userId))
  const since = new Date(now.getTime() - UNUSED_MS)
  await tx.delete(oauthClients).where(and(isUnused, lt(oauthClients.createdAt, since)))
  const unused = await tx
    .select({ id: oauthClients.id })
    .from(oauthClients)
    .where(isUnused)
    .orderBy(oauthClients.createdAt)
  const tooMany = unused.slice(0, Math.max(0, unused.length - MAX_UNUSED)).map(({ id }) => id)
  if (tooMany.length > 0) await tx.delete(oauthClients).where(inArray(oauthClients.id, tooMany))
}
