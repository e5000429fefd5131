import { z } from 'zod'

const text = z.string()

/** A value of the registry's: given, or to be given by a person. Unknown fields are left alone. */
const input = z.object({
  description: text.optional().catch(undefined),
  isRequired: z.boolean().optional().catch(undefined),
  isSecret: z.boolean().optional().catch(undefined),
  format: text.optional().catch(undefined),
  value: text.optional(),
  default: text.optional().catch(undefined),
  choices: z.array(text).nullish().catch(undefined),
  placeholder: text.optional().catch(undefined),
})
const withVariables = input.extend({ variables: z.record(text, input).nullish() })
const keyValue = withVariables.extend({ name: text })
const argument = withVariables.extend({
  type: z.enum(['positional', 'named']).catch('positional'),
  name: text.optional(),
  valueHint: text.optional(),
})

const remote = z.object({
  type: text,
  url: text,
  headers: z.array(keyValue).nullish(),
  variables: z.record(text, input).nullish(),
})

const registryPackage = z.object({
  registryType: text,
  registryBaseUrl: text.optional(),
  identifier: text,
  version: text.optional(),
  runtimeHint: text.optional(),
  fileSha256: text.optional(),
  transport: z.object({ type: text }).optional(),
  runtimeArguments: z.array(argument).nullish(),
  packageArguments: z.array(argument).nullish(),
  environmentVariables: z.array(keyValue).nullish(),
})

/** A `server.json`, schema 2025-12-11 and its like; only what adding a server takes. */
export const serverJson = z.object({
  name: text.min(1).max(300),
  title: text.optional().catch(undefined),
  description: text.catch(''),
  version: text.catch(''),
  websiteUrl: text.optional().catch(undefined),
  repository: z.object({ url: text.optional() }).optional().catch(undefined),
  packages: z
    .array(registryPackage)
    .nullish()
    .transform((list) => list ?? []),
  remotes: z
    .array(remote)
    .nullish()
    .transform((list) => list ?? []),
})

export type ServerJson = z.infer<typeof serverJson>
export type RegistryInput = z.infer<typeof withVariables>
export type RegistryArgument = z.infer<typeof argument>
export type RegistryPackage = z.infer<typeof registryPackage>
export type RegistryRemote = z.infer<typeof remote>
export type KeyValueInput = z.infer<typeof keyValue>
