import { z } from 'zod'
import type { Owned } from './account.ts'
import { definitionName, descriptionText } from './names.ts'

/** Which credentials an endpoint takes. With neither kind anyone who can reach it may call it. */
const endpointAuth = z.strictObject({
  apiKey: z.boolean().default(true),
  /** Whether accounts let clients in by OAuth; only where there are accounts. */
  oauth: z.boolean().default(false),
  /** Whether a key may also come as `?api_key=`, for clients that can set no header. */
  queryParam: z.boolean().default(false),
})

/** A tool of a server of the namespace, by its own name there. */
const pinnedTool = z.strictObject({ serverId: z.string(), tool: z.string().min(1) })

/** More than a model should be given at once; a bound all the same. */
const MAX_PINNED = 200

/**
 * How clients find tools: all in their lists (`direct`), two that search and call the others
 * (`search`), or that only above so many tokens, and for clients that do not search by themselves
 * (`auto`). Pinned ones are always listed.
 */
const discoveryMode = z.enum(['direct', 'search', 'auto'])
/** Of `auto`: what the list may cost before it is searched instead. */
const aboveTokens = z.int().min(0).max(1_000_000)
const pinned = z.array(pinnedTool).max(MAX_PINNED)

export const discovery = z.strictObject({
  mode: discoveryMode.default('direct'),
  aboveTokens: aboveTokens.default(20_000),
  pinned: pinned.default([]),
})

/** Fields that are not named stay as they are. */
export const discoveryPatch = z.strictObject({
  mode: discoveryMode.optional(),
  aboveTokens: aboveTokens.optional(),
  /** Replaces the list. */
  pinned: pinned.optional(),
})

/** Requests per minute; null for no limit. */
const perMinute = z.int().min(1).max(1_000_000).nullable().default(null)

const rateLimit = z.strictObject({
  /** Of all who call the endpoint together. */
  perMinute,
  /** Of one caller with one client. */
  perClientPerMinute: perMinute,
})

export const endpointInput = z.strictObject({
  name: definitionName,
  /** Whether other accounts see and may use it; what is the instance's they always do. */
  shared: z.boolean().optional(),
  description: descriptionText.default(''),
  enabled: z.boolean().default(true),
  namespaceId: z.string(),
  /** Whether tools and prompts are called `<server>__<name>` or keep their own names. */
  prefix: z.boolean().default(true),
  auth: endpointAuth.default({ apiKey: true, oauth: false, queryParam: false }),
  discovery: discovery.default({ mode: 'direct', aboveTokens: 20_000, pinned: [] }),
  rateLimit: rateLimit.nullable().default(null),
})

export const endpointPatch = z.strictObject({
  name: definitionName.optional(),
  shared: z.boolean().optional(),
  description: descriptionText.optional(),
  enabled: z.boolean().optional(),
  namespaceId: z.string().optional(),
  prefix: z.boolean().optional(),
  /** Merged with what is stored, field by field. */
  auth: z
    .strictObject({
      apiKey: z.boolean().optional(),
      oauth: z.boolean().optional(),
      queryParam: z.boolean().optional(),
    })
    .optional(),
  discovery: discoveryPatch.optional(),
  /** Replaced as a whole; null takes it away. */
  rateLimit: rateLimit.nullable().optional(),
})

/** What an endpoint does that says nothing else. */
export const DIRECT: Discovery = { mode: 'direct', aboveTokens: 20_000, pinned: [] }

export type Discovery = z.infer<typeof discovery>
export type RateLimit = z.infer<typeof rateLimit>
export type EndpointInput = z.input<typeof endpointInput>
export type EndpointPatch = z.infer<typeof endpointPatch>
export type Endpoint = z.infer<typeof endpointInput> & Owned & { id: string }
/** `address`: what stands for its name in its URLs, `/metamcp/<address>/mcp`. */
export type ShownEndpoint = Endpoint & { address: string }
