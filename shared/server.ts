import { z } from 'zod'
import type { Owned } from './account.ts'
import { descriptionText, plainText, serverName } from './names.ts'
import type { ServerProblem } from './server-problem.ts'

/** The longest delay Node's timers take: 2^31 - 1 ms, about 24 days. */
const MAX_TIMER_MS = 2_147_483_647
const idleConnections = z.int().min(0).max(10)
const maxConnections = z.int().min(1).max(1_000)

/**
 * Who shares a connection to a legacy server; a modern one is always shared. `shared`: all clients.
 * `session`: nobody. `auto`: those that a server cannot ask anything, and the others as long as it
 * comes out whom it asks.
 */
const isolation = z.enum(['auto', 'shared', 'session'])

const common = {
  name: serverName,
  description: descriptionText.default(''),
  /** Whether other accounts see and may use it; what is the instance's they always do. */
  shared: z.boolean().optional(),
  enabled: z.boolean().default(true),
  /** `lazy`: started when first called, once its catalog is known. `eager`: started with the app. */
  start: z.enum(['eager', 'lazy']).default('lazy'),
  /** Milliseconds without a session or call after which it is stopped; 0 keeps it running. */
  idleMs: z.int().min(0).max(MAX_TIMER_MS).default(600_000),
  /** Milliseconds it has from spawn to a finished handshake. */
  startTimeoutMs: z.int().min(100).max(MAX_TIMER_MS).default(60_000),
  isolation: isolation.default('auto'),
  /** With `session`, of a stdio server: processes that are kept ready for the next clients. */
  idleConnections: idleConnections.default(1),
  /** Of all kinds together. */
  maxConnections: maxConnections.default(20),
}

const NO_CLIENT = { path: ['clientSecret'], error: 'goes with a clientId' }

const environmentName = z.string().regex(/^[^=\0]+$/, 'must not be empty nor hold "=" or NUL')
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not an HTTP header name')
const headerValue = z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'is not an HTTP header value')
const url = z.string().refine(isHttpUrl, 'must be an http or https URL without user and password')

export const environmentVariables = z.record(environmentName, plainText)
export const httpHeaders = z.record(headerName, headerValue)

const stdioFields = {
  type: z.literal('STDIO'),
  command: plainText.min(1, 'must not be empty'),
  args: z.array(plainText).default([]),
  env: environmentVariables.default({}),
  cwd: plainText.nullable().default(null),
}

const clientMetadataUrl = z.string().refine(isDocumentUrl, 'must be an https URL with a path')

/**
 * How we present ourselves where a server lets people sign in (OAuth 2.1); all of it may be left
 * out, and then we register by ourselves. `${NAME}` in clientId and clientSecret stands for an
 * environment variable.
 */
const oauthFields = {
  /** The client that was registered with the authorization server by hand. */
  clientId: plainText.min(1, 'must not be empty').optional(),
  clientSecret: plainText.min(1, 'must not be empty').optional(),
  /** Scopes to ask for, separated by spaces, in place of those that the server recommends. */
  scope: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'is not a list of scopes')
    .optional(),
  /** A Client ID Metadata Document that names our redirect URI; where it is supported. */
  clientMetadataUrl: clientMetadataUrl.optional(),
}

export const oauthClient = z.strictObject(oauthFields).refine(hasClientForSecret, NO_CLIENT)

const remoteFields = {
  url,
  headers: httpHeaders.default({}),
  bearerToken: headerValue.nullable().default(null),
  oauth: oauthClient.optional(),
}

/**
 * The definition of a server, whole and with its secrets: what is stored, and what a connection is
 * made from. `${NAME}` in args, env, url, headers and bearerToken stands for an environment variable.
 */
export const serverDefinition = z.discriminatedUnion('type', [
  z.strictObject({ ...common, ...stdioFields }),
  z.strictObject({ ...common, ...remoteFields, type: z.literal('SSE') }),
  z.strictObject({ ...common, ...remoteFields, type: z.literal('STREAMABLE_HTTP') }),
])

/** Whether the person behind a change has seen the whole command that it runs: it may run then. */
export const approval = { approve: z.boolean().optional() }

/** A definition as it comes in: a program runs once somebody has approved it, now or later. */
export const newServer = z.discriminatedUnion('type', [
  z.strictObject({ ...common, ...stdioFields, ...approval }),
  z.strictObject({ ...common, ...remoteFields, ...approval, type: z.literal('SSE') }),
  z.strictObject({ ...common, ...remoteFields, ...approval, type: z.literal('STREAMABLE_HTTP') }),
])

/** A secret to store, or `null` to keep the one that is stored. */
const secretOrKept = (value: z.ZodString) => value.nullable()

/**
 * A change to a server: only the fields that are named change. A record of secrets is replaced as a
 * whole, but a value of `null` keeps the stored secret of that name, since clients never see it; so
 * does a `clientSecret` of `null` in `oauth`. A `bearerToken` or `oauth` of `null` removes it; not
 * naming it keeps it.
 */
export const serverPatch = z.strictObject({
  name: serverName.optional(),
  shared: z.boolean().optional(),
  type: z.enum(['STDIO', 'SSE', 'STREAMABLE_HTTP']).optional(),
  description: descriptionText.optional(),
  enabled: z.boolean().optional(),
  start: z.enum(['eager', 'lazy']).optional(),
  idleMs: z.int().min(0).max(MAX_TIMER_MS).optional(),
  startTimeoutMs: z.int().min(100).max(MAX_TIMER_MS).optional(),
  isolation: isolation.optional(),
  idleConnections: idleConnections.optional(),
  maxConnections: maxConnections.optional(),
  command: plainText.min(1, 'must not be empty').optional(),
  args: z.array(plainText).optional(),
  env: z.record(environmentName, plainText.nullable()).optional(),
  cwd: plainText.nullable().optional(),
  url: url.optional(),
  headers: z.record(headerName, secretOrKept(headerValue)).optional(),
  bearerToken: headerValue.nullable().optional(),
  oauth: z
    .strictObject({ ...oauthFields, clientSecret: plainText.min(1).nullable().optional() })
    .refine(hasClientForSecret, NO_CLIENT)
    .nullable()
    .optional(),
})

export type Isolation = z.infer<typeof isolation>
export type ServerDefinition = z.infer<typeof serverDefinition>
export type ServerInput = z.input<typeof serverDefinition>
export type NewServer = z.input<typeof newServer>
export type ServerPatch = z.infer<typeof serverPatch>
export type Server = ServerDefinition & { id: string }
/** As it is stored; `approved`: a person has seen the program that it runs, if it runs one. */
export type OwnedServer = Server & Owned & { approved: boolean }

/** What a server is doing now, as told to people. `stopped` is healthy: it starts when called. */
export type ServerState = 'disabled' | 'stopped' | 'starting' | 'running' | 'failed'

/** Whether a person has signed in to it (OAuth): `null` where nobody did, nor has to. */
export type SignInStatus = 'needed' | 'signed-in' | null

/** A server as management callers see it: names of secrets, never their values. */
export type ServerView = Owned & {
  id: string
  name: string
  description: string
  type: ServerDefinition['type']
  enabled: boolean
  start: 'eager' | 'lazy'
  idleMs: number
  startTimeoutMs: number
  isolation: Isolation
  idleConnections: number
  maxConnections: number
  command?: string
  args?: string[]
  cwd?: string | null
  url?: string
  envNames?: string[]
  headerNames?: string[]
  hasBearerToken?: boolean
  oauth?: {
    clientId?: string
    scope?: string
    clientMetadataUrl?: string
    hasClientSecret: boolean
  }
  /** Whether the program that it runs may be started; always true of one that is reached by HTTP. */
  approved: boolean
  state: ServerState
  /** Why it failed, in words a person can act on. */
  error: string | null
  /** The same in facts, for `problemWords`; stays while a server that failed is tried again. */
  problem: ServerProblem | null
  /** When the connection that is there, or on its way, began to start (ms since 1970). */
  startedAt: number | null
  /** How long the last start took that came to its end, in ms; `null` before the first of this run. */
  startMs: number | null
  /** When it is tried again by itself (ms since 1970). */
  retryAt: number | null
  signIn: SignInStatus
  /** How many tools it offered when last seen; `null` when it was never seen. */
  toolCount: number | null
  /** About how many tokens the definitions of those tools take in a client's context. */
  tokenCount: number | null
  /** When it last said what it offers (ms since 1970); `null` when its last try failed. */
  lastSeenAt: number | null
  /** With `auto`: it did not come out whom it asked, so new clients get connections of their own. */
  ownConnections: boolean
}

function isHttpUrl(text: string): boolean {
  // References are filled in when the connection is made; any word does for the check.
  const filled = text.replaceAll(/\$\{[A-Za-z_][A-Za-z0-9_]*\}/g, '1')
  if (!URL.canParse(filled)) return false
  const { protocol, username, password } = new URL(filled)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

function isDocumentUrl(text: string): boolean {
  return URL.canParse(text) && /^https:\/\/[^/]+\/./.test(new URL(text).href)
}

function hasClientForSecret(oauth: { clientId?: string | undefined; clientSecret?: unknown }) {
  return oauth.clientSecret === undefined || oauth.clientId !== undefined
}
