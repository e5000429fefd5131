import { getOAuthProviderApi } from '@better-auth/oauth-provider'
import type { BetterAuthPlugin } from 'better-auth'
import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api'
import { RegistrationRefused } from './clients.ts'
import type { CodeUses } from './codes.ts'
import { identifierAt } from './faces.ts'
import { GRANTED_SCOPES } from './scope.ts'

type ProviderOptions = Parameters<typeof getOAuthProviderApi>[1]

export type HookParts = {
  /** The endpoint that is meant where a client names none; `null`: it must name one. */
  onlyResource: () => string | null
  /** Whether the account may use the endpoint at this address. */
  maySee: (accountId: string, resource: string) => boolean
  /** A person has let a client in. */
  allowed: (accountId: string, clientId: string, resource: string) => Promise<void>
  /** A person has not. */
  declined: (accountId: string, clientId: string) => Promise<void>
  /** A token was given out. `false`: nobody is let in by it, and all that was given is taken back. */
  issued: (accessToken: string) => Promise<boolean>
  /** Answers a client that registers. Rejects with `RegistrationRefused`. */
  register: (body: unknown) => Promise<Record<string, unknown>>
  /** Ends what the token belongs to, if it is that client's. */
  revokeToken: (clientId: string, token: string) => Promise<void>
  /** A refresh token was sent that was used up before: somebody else has it, too. */
  refused: (refreshToken: string) => Promise<void>
  codes: CodeUses
}

/** All that there is of the plugins' own routes for anybody: whatever else they bring is closed. */
const OPEN = new Set([
  ...['/oauth2/authorize', '/oauth2/consent', '/oauth2/token', '/oauth2/revoke'],
  ...['/oauth2/register', '/jwks'],
])
const CLOSED = /^\/(admin\/)?oauth2\/|^\/token$/

type Context = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0]
type Hook = NonNullable<NonNullable<BetterAuthPlugin['hooks']>['before']>[number]

/** What MCP, and people who are asked, need beyond better-auth's OAuth provider. */
export function openHooks(parts: HookParts, options: unknown) {
  const provider = options as ProviderOptions
  return {
    before: [
      at(
        (path) => CLOSED.test(path) && !OPEN.has(path),
        () => {
          throw new APIError('NOT_FOUND')
        },
      ),
      at('/oauth2/register', (context) => answerRegistration(parts, context)),
      at('/oauth2/authorize', (context) => prepareRequest(parts, context)),
      at('/oauth2/consent', (context) => checkConsent(parts, context)),
      at('/oauth2/token', (context) => checkGrant(parts, context)),
      at('/oauth2/revoke', (context) => answerRevocation(parts, provider, context)),
    ],
    after: [
      at('/oauth2/consent', (context) => noteConsent(parts, context)),
      at('/oauth2/token', (context) => noteToken(parts, context)),
    ],
  }
}

function at(path: string | ((path: string) => boolean), work: (context: Context) => unknown): Hook {
  const isMeant = typeof path === 'string' ? (one: string) => one === path : path
  return {
    matcher: (context) => isMeant(context.path ?? ''),
    handler: createAuthMiddleware(async (context) => await work(context)),
  }
}

async function answerRegistration({ register }: HookParts, { body }: Context): Promise<Response> {
  try {
    return Response.json(await register(body), { status: 201, headers: NO_STORE })
  } catch (error) {
    if (!(error instanceof RegistrationRefused)) throw error
    throw oauthError(error.error, error.message)
  }
}

/**
 * A person is asked each time, also where they have said yes before: anybody can register under any
 * name (RFC 8252, section 8.6). Scopes are ours to give (RFC 6749, section 3.3): there is but one.
 */
function prepareRequest({ onlyResource }: HookParts, context: Context) {
  // After a sign-in, and after the consent, better-auth comes by here again with what it signed.
  if (!context.request?.url.split('?', 1)[0]?.endsWith('/oauth2/authorize')) return
  if (context.request.method !== 'GET') throw new APIError('METHOD_NOT_ALLOWED')
  const query = (context.query ?? {}) as Record<string, unknown>
  const { resource } = query
  if (Array.isArray(resource)) throw oauthError('invalid_target', 'One resource at a time')
  const only = resource === undefined || resource === '' ? onlyResource() : resource
  if (only === null)
    throw oauthError('invalid_target', 'Name the endpoint as "resource" (RFC 8707)')
  const scope = GRANTED_SCOPES.join(' ')
  const known = typeof only === 'string' ? identifierAt(only) : only
  return { context: { query: { prompt: 'consent', scope, resource: known } } }
}

/** The signature of the query was checked before, by the provider's own hook. */
async function checkConsent({ maySee }: HookParts, context: Context): Promise<void> {
  const { accountId, resource } = await consentOf(context)
  if (accountId === null || context.body?.accept !== true) return
  if (!maySee(accountId, resource)) {
    throw oauthError('invalid_target', 'There is no such endpoint for this account')
  }
}

async function noteConsent({ allowed, declined }: HookParts, context: Context): Promise<void> {
  if (isError(context.context.returned)) return
  const { accountId, clientId, resource } = await consentOf(context)
  if (accountId === null) return
  if (context.body?.accept === true) await allowed(accountId, clientId, resource)
  else await declined(accountId, clientId)
}

async function consentOf(context: Context) {
  const session = await getSessionFromCtx(context)
  const query = new URLSearchParams(String(context.body?.oauth_query ?? ''))
  return {
    accountId: session?.user.id ?? null,
    clientId: query.get('client_id') ?? '',
    resource: query.get('resource') ?? '',
  }
}

async function checkGrant({ codes, refused }: HookParts, { body }: Context) {
  const fields = (body ?? {}) as Record<string, unknown>
  const { grant_type: type, code, refresh_token: token, resource } = fields
  if (type === 'authorization_code' && typeof code === 'string') await codes.present(code)
  if (type === 'refresh_token' && typeof token === 'string') await refused(token)
  if (typeof resource !== 'string') return
  return { context: { body: { resource: identifierAt(resource) } } }
}

async function noteToken({ codes, issued }: HookParts, context: Context): Promise<void> {
  const { returned } = context.context
  const token = (returned as { access_token?: unknown } | undefined)?.access_token
  if (isError(returned) || typeof token !== 'string') return
  if (!(await issued(token))) throw oauthError('invalid_grant', 'the access was revoked')
  const code: unknown = context.body?.code
  if (context.body?.grant_type !== 'authorization_code' || typeof code !== 'string') return
  if (await codes.redeem(code, token)) return
  throw oauthError('invalid_grant', 'invalid code')
}

/**
 * RFC 7009. All of a grant ends with any of its tokens, also those in flight. A token that is not
 * known is as good as revoked; whose client it is must be shown all the same.
 */
async function answerRevocation(
  { revokeToken }: HookParts,
  options: ProviderOptions,
  context: Context,
): Promise<Response> {
  const api = getOAuthProviderApi(context as Parameters<typeof getOAuthProviderApi>[0], options)
  const { clientId } = await api.authenticateClient({ requireCredentials: false })
  const token: unknown = context.body?.token
  if (typeof token !== 'string' || token === '') throw oauthError('invalid_request', 'No token')
  await revokeToken(clientId, token)
  return new Response(null, { status: 200, headers: NO_STORE })
}

const NO_STORE = { 'cache-control': 'no-store' }

function oauthError(error: string, description: string): APIError {
  return new APIError('BAD_REQUEST', { error, error_description: description })
}

function isError(returned: unknown): boolean {
  return returned instanceof Error
}
