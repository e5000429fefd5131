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
})

export type EndpointInput = z.input<typeof endpointInput>
export type EndpointPatch = z.infer<typeof endpointPatch>
export type Endpoint = z.infer<typeof endpointInput> & Owned & { id: string }
/** `address`: what stands for its name in its URLs, `/metamcp/<address>/mcp`. */
export type ShownEndpoint = Endpoint & { address: string }
