import { z } from 'zod'

/** What an account may do: `admin` manages accounts, settings and what is shared. */
export const accountRole = z.enum(['admin', 'member'])
export type AccountRole = z.infer<typeof accountRole>

/** Whom something belongs to, and who sees it. */
export type Owned = {
  /** An account's id; `null` for what is the instance's, and so shared with all. */
  ownerId: string | null
  /** Whether all accounts see and may use it. */
  shared: boolean
}

/** Who may make an account: anybody, whoever holds an invitation, or nobody. */
export const signUpMode = z.enum(['open', 'invite', 'closed'])
export type SignUpMode = z.infer<typeof signUpMode>

/** Who looks at the window: the app itself or the admin token, or a person with an account. */
export type SessionCaller =
  | { kind: 'operator' }
  | { kind: 'account'; id: string; name: string; email: string; role: AccountRole }

/** What GET `/session` tells anybody, so that the door shows the right form. */
export type SessionView = {
  /** `token`: there are no accounts here, only the admin token. */
  mode: 'token' | 'accounts'
  /** `null` for whoever has not come in yet. */
  caller: SessionCaller | null
  /** Nobody has an account yet: who signs up now becomes the administrator. */
  firstAccount: boolean
  /** That takes the admin token, as header `x-api-key` of the sign-up: other machines reach us. */
  firstAccountNeedsToken: boolean
  signUp: SignUpMode
  /** Where else one may sign in: POST `/api/auth/sign-in/oauth2` `{ providerId, callbackURL }`. */
  providers: { id: string; name: string }[]
}

/** An account, as administrators see it. */
export type AccountView = {
  id: string
  name: string
  email: string
  role: AccountRole
  /** `password`, or the id of a provider. */
  signsInWith: string[]
  /** Browsers that are signed in now. */
  sessions: number
  lastSeenAt: string | null
  createdAt: string
}

/** A browser that is signed in. */
export type AccountSession = {
  id: string
  createdAt: string
  lastSeenAt: string
  expiresAt: string
  address: string | null
  userAgent: string | null
  /** The one that asks. */
  current: boolean
}

export const invitationInput = z.strictObject({
  email: z.email('That is not an e-mail address.').transform((email) => email.toLowerCase()),
  role: accountRole,
})

export type InvitationView = {
  id: string
  email: string
  role: AccountRole
  /** Name of the account; `null` for the operator, and for one that is gone. */
  invitedBy: string | null
  createdAt: string
  expiresAt: string
}

/** An OpenID Connect provider that people may sign in with. */
export const identityProviderInput = z.strictObject({
  /** Stands in the address that the provider sends people back to: `/api/auth/callback/<id>`. */
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'Use up to 32 small letters, digits and hyphens.')
    .refine((id) => id !== 'credential' && id !== 'password', 'That name is taken.'),
  name: z.string().trim().min(1).max(64),
  issuer: z.url({ protocol: /^https?$/, error: 'That is not an http or https address.' }),
  clientId: z.string().min(1).max(512),
  /** Left out: the one that is there stays. */
  clientSecret: z.string().max(4096).optional(),
})
export type IdentityProviderInput = z.infer<typeof identityProviderInput>

export type IdentityProviderView = {
  id: string
  name: string
  issuer: string
  clientId: string
  hasClientSecret: boolean
}

/** Shortest and longest password. */
export const PASSWORD_LENGTH = { min: 10, max: 128 } as const
export const accountName = z.string().trim().min(1).max(64)
export const newPassword = z.string().min(PASSWORD_LENGTH.min).max(PASSWORD_LENGTH.max)
