import { z } from 'zod'
import { definitionName, exposedName } from './names.ts'

export const toolAnnotations = z.looseObject({
  title: z.string().optional(),
  readOnlyHint: z.boolean().optional(),
  destructiveHint: z.boolean().optional(),
  idempotentHint: z.boolean().optional(),
  openWorldHint: z.boolean().optional(),
})

export const namespaceServer = z.strictObject({
  serverId: z.string(),
  enabled: z.boolean().default(true),
})

/** What a namespace changes on one tool of one server; `null` and absent leave what the server says. */
export const toolRule = z.strictObject({
  serverId: z.string(),
  /** The tool's own name at its server. */
  tool: z.string().min(1),
  enabled: z.boolean().default(true),
  name: exposedName.nullable().default(null),
  title: z.string().nullable().default(null),
  description: z.string().nullable().default(null),
  annotations: toolAnnotations.nullable().default(null),
})

/** A change to one tool rule: fields that are not named stay as they are, `null` clears an override. */
export const toolRulePatch = z.strictObject({
  serverId: z.string(),
  tool: z.string().min(1),
  enabled: z.boolean().optional(),
  name: exposedName.nullable().optional(),
  title: z.string().nullable().optional(),
  description: z.string().nullable().optional(),
  annotations: toolAnnotations.nullable().optional(),
})

export const namespaceInput = z.strictObject({
  name: definitionName,
  description: z.string().max(2_000).default(''),
  enabled: z.boolean().default(true),
  /** In the order in which their tools are listed. */
  servers: z.array(namespaceServer).default([]),
})

/** Only the fields that are named change; tool rules are changed one by one and always kept. */
export const namespacePatch = z.strictObject({
  name: definitionName.optional(),
  description: z.string().max(2_000).optional(),
  enabled: z.boolean().optional(),
  servers: z.array(namespaceServer).optional(),
})

export type NamespaceServer = z.infer<typeof namespaceServer>
export type ToolRule = z.infer<typeof toolRule>
export type ToolRulePatch = z.infer<typeof toolRulePatch>
export type NamespaceInput = z.input<typeof namespaceInput>
export type NamespacePatch = z.infer<typeof namespacePatch>
export type Namespace = z.infer<typeof namespaceInput> & { id: string; tools: ToolRule[] }
