import { z } from 'zod'
import type { Owned } from './account.ts'
import { MAX_MIDDLEWARES, middlewareEntry } from './middleware.ts'
import { definitionName, descriptionText, exposedName, plainText } from './names.ts'

const toolAnnotations = z.looseObject({
  title: z.string().optional(),
  readOnlyHint: z.boolean().optional(),
  destructiveHint: z.boolean().optional(),
  idempotentHint: z.boolean().optional(),
  openWorldHint: z.boolean().optional(),
})

/**
 * What becomes of a tool that a server offers for the first time since it is in the namespace: it is
 * on, it is off, or it waits until a person has looked at it.
 */
export const newTools = z.enum(['on', 'off', 'ask'])

/**
 * What becomes of a tool whose definition is another than the one that was taken in: nothing, a
 * warning to people, or it is held back until a person has looked at it.
 */
const changedTools = z.enum(['off', 'warn', 'block'])

const namespaceServer = z.strictObject({
  serverId: z.string(),
  enabled: z.boolean().default(true),
  /** Of this server alone: `off` for one of which only single tools are picked. */
  newTools: newTools.nullable().default(null),
})

/**
 * A server's place in a changed list. Without `enabled` its switch stays as it was in this
 * namespace, also if it had been taken out in between; a server that is new to it is on.
 */
const namespaceServerPatch = z.strictObject({
  serverId: z.string(),
  enabled: z.boolean().optional(),
  newTools: newTools.nullable().optional(),
})

/** What a namespace changes on one tool of one server; `null` and absent leave what the server says. */
export const toolRule = z.strictObject({
  serverId: z.string(),
  /** The tool's own name at its server. */
  tool: plainText.min(1),
  enabled: z.boolean().default(true),
  name: exposedName.nullable().default(null),
  title: plainText.nullable().default(null),
  description: plainText.nullable().default(null),
  annotations: toolAnnotations.nullable().default(null),
})

/** A change to one tool rule: fields that are not named stay as they are, `null` clears an override. */
export const toolRulePatch = z.strictObject({
  serverId: z.string(),
  tool: plainText.min(1),
  enabled: z.boolean().optional(),
  name: exposedName.nullable().optional(),
  title: plainText.nullable().optional(),
  description: plainText.nullable().optional(),
  annotations: toolAnnotations.nullable().optional(),
})

/** Kinds of what a server offers beside tools. A template is one of resources. */
const itemKind = z.enum(['prompt', 'resource', 'template'])

export const itemRuleChanges = {
  enabled: z.boolean().optional(),
  title: plainText.nullable().optional(),
  description: plainText.nullable().optional(),
}

/** A change to what a namespace says of a prompt, a resource or a template; see `toolRulePatch`. */
export const itemRulePatch = z
  .strictObject({
    serverId: z.string(),
    kind: itemKind,
    /** A prompt's own name, a resource's URI, a template as it stands. */
    item: plainText.min(1),
    ...itemRuleChanges,
    /** Of prompts alone: URIs stay as they are. */
    name: exposedName.nullable().optional(),
  })
  .refine(({ kind, name }) => kind === 'prompt' || name === undefined || name === null, {
    path: ['name'],
    message: 'does not go with a resource: it is called by its URI',
  })

export const itemRule = z.strictObject({
  serverId: z.string(),
  kind: itemKind,
  item: plainText.min(1),
  enabled: z.boolean().default(true),
  name: exposedName.nullable().default(null),
  title: plainText.nullable().default(null),
  description: plainText.nullable().default(null),
})

export const namespaceInput = z.strictObject({
  name: definitionName,
  /** Whether other accounts see and may use it; what is the instance's they always do. */
  shared: z.boolean().optional(),
  description: descriptionText.default(''),
  enabled: z.boolean().default(true),
  /** In the order in which their tools are listed. */
  servers: z.array(namespaceServer).default([]),
  /** Around every request, outermost first. */
  middleware: z.array(middlewareEntry).max(MAX_MIDDLEWARES).default([]),
  newTools: newTools.default('on'),
  changedTools: changedTools.default('warn'),
})

/** Only the fields that are named change; tool rules are changed one by one and always kept. */
export const namespacePatch = z.strictObject({
  name: definitionName.optional(),
  shared: z.boolean().optional(),
  description: descriptionText.optional(),
  enabled: z.boolean().optional(),
  /** Replaces the list; the switches and tool rules of servers that leave it are kept for their return. */
  servers: z.array(namespaceServerPatch).optional(),
  /** Replaces the list. */
  middleware: z.array(middlewareEntry).max(MAX_MIDDLEWARES).optional(),
  /** From `on` to another: what is offered now stays. */
  newTools: newTools.optional(),
  changedTools: changedTools.optional(),
})

export type ToolRule = z.infer<typeof toolRule>
export type ToolRulePatch = z.infer<typeof toolRulePatch>
export type NamespaceInput = z.input<typeof namespaceInput>
export type NamespacePatch = z.infer<typeof namespacePatch>
export type NewTools = z.infer<typeof newTools>
export type ChangedTools = z.infer<typeof changedTools>
export type ItemKind = z.infer<typeof itemKind>
export type ItemRule = z.infer<typeof itemRule>
export type ItemRulePatch = z.infer<typeof itemRulePatch>
/** `tools` and `items` also hold the rules kept for servers that are not in `servers` at present. */
export type Namespace = z.infer<typeof namespaceInput> &
  Owned & { id: string; tools: ToolRule[]; items: ItemRule[] }
