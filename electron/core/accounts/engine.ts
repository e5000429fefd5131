import { randomBytes } from 'node:crypto'
import { betterAuth, type BetterAuthOptions, type BetterAuthPlugin } from 'better-auth'
import { APIError, createAuthMiddleware, isAPIError } from 'better-auth/api'
import { genericOAuth } from 'better-auth/plugins'
import { eq } from 'drizzle-orm'
import { accountName, PASSWORD_LENGTH } from '../../../shared/account.ts'
import { invitations } from '../db/schema.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { AccountDatabase } from './account-database.ts'
import type { OpenProvider } from './account-settings.ts'
import { ADDRESS_HEADER, OPERATOR_HEADER } from './bridge.ts'
import type { RuledLimits } from '../rate-limit.ts'
import { SESSION_MS } from './sessions.ts'
import type { Applicant, SignUpPolicy } from './sign-up.ts'

/** Where better-auth answers. */
export const AUTH_PATH = '/api/auth'

export type EngineOptions = {
  database: AccountDatabase
  /** Where browsers reach us, without a slash at its end. */
  url: string
  /** Origins of our own pages. */
  origins: readonly string[]
  secret: string
  policy: SignUpPolicy
  providers: readonly OpenProvider[]
  /** What other features add: the OAuth provider. */
  plugins: readonly BetterAuthPlugin[]
  rateLimit: RuledLimits
  /** Somebody has set a new password by a link for their account. */
  onReset: (accountId: string) => void
  log: Logger
}

/** better-auth, as we set it up. Whoever imports this file loads it all: import it when needed. */
export interface Engine {
  /** Answers what comes below `/api/auth`, and `/.well-known` of its plugins. */
  handle(request: Request): Promise<Response>
  /** Ids of the providers that can be signed in to: those that answered when this was made. */
  readonly providerIds: readonly string[]
  hashPassword(password: string): Promise<string>
  verifyPassword(hash: string, password: string): Promise<boolean>
  /** From now on, `/reset-password` takes this token once. */
  expectReset(reset: { accountId: string; token: string; expiresAt: Date }): Promise<void>
  /** Calls of better-auth's own API, for plugins that bring some. */
  readonly api: Record<string, unknown>
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const auth = betterAuth(optionsOf(options))
  const context = await auth.$context
  return {
    handle: (request) => auth.handler(request),
    providerIds: context.socialProviders.map(({ id }) => id),
    hashPassword: (password) => context.password.hash(password),
    verifyPassword: (hash, password) => context.password.verify({ hash, password }),
    async expectReset({ accountId, token, expiresAt }) {
      const identifier = `reset-password:${token}`
      const expected = { identifier, value: accountId, expiresAt }
      await context.internalAdapter.createVerificationValue(expected)
    },
    api: auth.api,
  }
}

function optionsOf(options: EngineOptions): BetterAuthOptions {
  const { url, origins, database, secret, rateLimit, log } = options
  return {
    appName: 'MetaMCP',
    baseURL: url,
    basePath: AUTH_PATH,
    trustedOrigins: [...origins],
    // Not `secret`, beside which it would look for others in the environment.
    secrets: [{ version: 1, value: secret }],
    database: database.adapter,
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message) => log[level]({ part: 'accounts' }, message) },
    ...signingIn(options),
    // Made longer by ourselves: see sessions.ts.
    session: { expiresIn: SESSION_MS / 1000, disableSessionRefresh: true },
    verification: { storeIdentifier: 'hashed' },
    rateLimit: {
      enabled: true,
      customStorage: rateLimit,
      window: 60,
      max: 300,
      customRules: {
        '/sign-in/*': { window: 60, max: 10 },
        '/sign-up/*': { window: 60, max: 20 },
        '/reset-password': { window: 60, max: 10 },
      },
    },
    advanced: {
      ...cookies(url.startsWith('https:')),
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      // Said, since they would be off in tests.
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    // Where a sign-in at a provider that failed comes back to, with `?error=`.
    onAPIError: {
      errorURL: `${url}/sign-in`,
      // It would write to the terminal, and what it says may name addresses of people.
      onError(error) {
        // What the request had wrong; also where a library below has its own class for that.
        if (isAPIError(error)) return
        log.error({ part: 'accounts', error: messageOf(error) }, 'a request failed')
      },
    },
    plugins: [...options.plugins, genericOAuth({ config: options.providers.map(configOf) })],
  }
}

/** `Strict`, since we are signed in to from our own pages alone; a provider's return is not ours. */
function cookies(isSecure: boolean): BetterAuthOptions['advanced'] {
  return {
    // `__Secure-` would be put before `__Host-`, which says more.
    useSecureCookies: false,
    cookiePrefix: isSecure ? '__Host-metamcp' : 'metamcp',
    defaultCookieAttributes: { sameSite: 'strict', httpOnly: true, path: '/', secure: isSecure },
    cookies: { state: { attributes: { sameSite: 'lax' } } },
  }
}

function signingIn({ policy, database, onReset }: EngineOptions): BetterAuthOptions {
  return {
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      revokeSessionsOnPasswordReset: true,
      onPasswordReset: async ({ user }) => onReset(user.id),
    },
    account: {
      encryptOAuthTokens: true,
      accountLinking: { enabled: true, allowDifferentEmails: false },
    },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, required: false },
        handle: { type: 'string', input: false, required: false, returned: false },
      },
    },
    hooks: {
      before: createAuthMiddleware(async (context) => {
        if (context.path !== '/sign-up/email') return
        // Before the password is hashed, which takes its time.
        const applicant = applicantOf(String(context.body?.email ?? ''), false, context)
        await database.look((tx) => policy.admit(tx, applicant)).catch(refuse)
      }),
    },
    databaseHooks: {
      user: {
        create: {
          async before(user, context) {
            const applicant = applicantOf(user.email, user.emailVerified, context)
            return { data: { ...user, ...(await admit(applicant)), ...named(user.name) } }
          },
        },
      },
    },
  }

  /** What the policy adds to a new account; uses up its invitation. */
  async function admit(applicant: Applicant) {
    const { invitationId, ...admitted } = await database
      .within(async (tx) => {
        const admission = await policy.admit(tx, applicant)
        const { invitationId: id } = admission
        if (id !== null) await tx.delete(invitations).where(eq(invitations.id, id))
        return admission
      })
      .catch(refuse)
    // Pictures from elsewhere would tell their server who looks.
    return { ...admitted, handle: randomBytes(12).toString('hex'), image: null }
  }
}

type Hooked = { path?: string; body?: unknown; headers?: Headers | undefined } | null

function applicantOf(email: string, emailVerified: boolean, context: Hooked): Applicant {
  const isPassword = context?.path === '/sign-up/email'
  const { invitation } = (context?.body ?? {}) as { invitation?: unknown }
  return {
    email,
    way: isPassword ? { kind: 'password' } : { kind: 'provider', verified: emailVerified },
    invitation: isPassword && typeof invitation === 'string' ? invitation : null,
    isOperator: context?.headers?.get(OPERATOR_HEADER) === '1',
  }
}

function named(name: string): { name: string } {
  const checked = accountName.safeParse(name)
  if (checked.success) return { name: checked.data }
  throw new APIError('BAD_REQUEST', { code: 'NAME', message: 'A name has 1 to 64 characters.' })
}

function refuse(error: unknown): never {
  if (!(error instanceof AppError)) throw error
  throw new APIError('FORBIDDEN', { code: 'SIGN_UP_REFUSED', message: error.message })
}

function configOf({ id, name, issuer, clientId, clientSecret }: OpenProvider) {
  return {
    providerId: id,
    name,
    discoveryUrl: `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`,
    clientId,
    ...(clientSecret === null ? {} : { clientSecret }),
    scopes: ['openid', 'email', 'profile'],
    pkce: true,
    requireIdTokenVerification: true,
  }
}
