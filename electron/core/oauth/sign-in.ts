import { z } from 'zod'

/** What a server said when it refused us for want of a sign-in. */
const challenge = z.object({
  /** The scopes it wants, separated by spaces; `null` when it named none. */
  scope: z.string().nullable(),
  /** Where it says that its resource metadata is (RFC 9728); `null` when it said nothing. */
  resourceMetadataUrl: z.string().nullable(),
})

/**
 * How an authorization server knows us. Nothing of it may be shown to another one: a client is kept
 * with its issuer, and with the redirect URI that it was registered for.
 */
const client = z.object({
  kind: z.enum(['static', 'document', 'registered']),
  issuer: z.string(),
  redirectUrl: z.string(),
  /** As RFC 7591 has it; of a static client only the id, as the definition has the rest. */
  information: z.looseObject({
    client_id: z.string(),
    client_secret: z.string().optional(),
    client_secret_expires_at: z.number().optional(),
    token_endpoint_auth_method: z.string().optional(),
  }),
})

export const tokens = z.object({
  issuer: z.string(),
  client,
  /** What they are for (RFC 8707), as it was asked for. */
  resource: z.string(),
  /** The scopes that were granted, or else asked for. */
  scope: z.string().nullable(),
  access: z.string(),
  refresh: z.string().nullable(),
  /** In ms since 1970; `null` when nothing was said. */
  expiresAt: z.number().nullable(),
})

/** Where a person's sign-in to a server stands: what is sealed and stored. */
export const signIn = z.object({
  /** The server's URL with its references filled in: what was got for it goes nowhere else. */
  url: z.string(),
  /** Why a sign-in is needed; `null` while none is. */
  needed: challenge.nullable(),
  client: client.nullable(),
  tokens: tokens.nullable(),
})

export type Challenge = z.infer<typeof challenge>
export type Client = z.infer<typeof client>
export type Tokens = z.infer<typeof tokens>
export type SignIn = z.infer<typeof signIn>
