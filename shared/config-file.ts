import { z } from 'zod'
import { keyExpiry, keyName } from './api-key.ts'
import { discoveryPatch, endpointPatch } from './endpoint.ts'
import { itemRuleChanges, namespacePatch, newTools, toolRulePatch } from './namespace.ts'
import { definitionName, exposedName, plainText, serverName } from './names.ts'
import { environmentVariables, httpHeaders, oauthClient, serverPatch } from './server.ts'

const STDIO_FIELDS = ['command', 'args', 'env', 'cwd'] as const
const REMOTE_FIELDS = ['url', 'headers', 'bearerToken', 'oauth'] as const

/** `http` is what some clients write for Streamable HTTP. */
const serverType = z.enum(['stdio', 'sse', 'streamable-http', 'http'])

/**
 * One entry of `mcpServers`, as in every client's `mcp.json`. Without `type`, `command` means stdio
 * and `url` Streamable HTTP. `${NAME}` stands for an environment variable and is stored as it is.
 */
const configServer = serverPatch
  .omit({ name: true, type: true })
  .extend({
    type: serverType.optional(),
    // A file holds its secrets; there is no stored one to refer to by `null`.
    env: environmentVariables.optional(),
    headers: httpHeaders.optional(),
    oauth: oauthClient.optional(),
  })
  .superRefine(refuseMixedForms)

const configNamespaceServer = z.preprocess(
  (entry) => (typeof entry === 'string' ? { name: entry } : entry),
  z.strictObject({
    name: z.string(),
    enabled: z.boolean().optional(),
    newTools: newTools.nullable().optional(),
  }),
)

/** One of a server's resources, by its URI, or one of its templates, as it stands. */
const configResource = z
  .strictObject({
    server: z.string(),
    uri: plainText.min(1).optional(),
    template: plainText.min(1).optional(),
    ...itemRuleChanges,
  })
  .refine(({ uri, template }) => (uri === undefined) !== (template === undefined), {
    message: 'needs either a "uri" or a "template"',
  })

const configNamespace = namespacePatch.omit({ name: true }).extend({
  /** Replaces the list of servers. */
  servers: z.array(configNamespaceServer).optional(),
  /** By `<server>__<tool>`, with the tool's own name. */
  tools: z.record(z.string(), toolRulePatch.omit({ serverId: true, tool: true })).optional(),
  /** By `<server>__<prompt>`, with the prompt's own name. */
  prompts: z
    .record(
      z.string(),
      z.strictObject({ ...itemRuleChanges, name: exposedName.nullable().optional() }),
    )
    .optional(),
  resources: z.array(configResource).optional(),
})

const configEndpoint = endpointPatch
  .omit({ name: true, namespaceId: true, discovery: true })
  .extend({
    namespace: z.string().optional(),
    /** Pinned tools by `<server>__<tool>`, with their own names. */
    discovery: discoveryPatch.extend({ pinned: z.array(z.string()).optional() }).optional(),
  })

const configApiKey = z.strictObject({
  /** `sk_mt_` and 64 characters, usually as a reference. */
  key: plainText,
  endpoints: z
    .union([z.literal('all'), z.array(z.string()).min(1)], {
      error: 'must be "all" or a list of names of endpoints',
    })
    .optional(),
  enabled: z.boolean().optional(),
  /** One that has passed is no mistake: a file is applied at every start. */
  expiresAt: keyExpiry.optional(),
})

/** `metamcp.json`: what it names is created or changed, everything else is left alone. */
export const configFile = z.strictObject({
  mcpServers: z.record(serverName, configServer).default({}),
  namespaces: z.record(definitionName, configNamespace).default({}),
  endpoints: z.record(definitionName, configEndpoint).default({}),
  apiKeys: z.record(keyName, configApiKey).default({}),
})

export type ConfigFile = z.infer<typeof configFile>
export type ConfigServer = ConfigFile['mcpServers'][string]
export type ConfigNamespace = ConfigFile['namespaces'][string]

type ServerForm = Record<(typeof STDIO_FIELDS)[number] | (typeof REMOTE_FIELDS)[number], unknown>

function refuseMixedForms(
  server: Partial<ServerForm> & { type?: z.infer<typeof serverType> },
  context: z.RefinementCtx,
): void {
  const isStdio = server.type === 'stdio' || (!server.type && server.command !== undefined)
  const form = isStdio ? 'stdio' : 'remote'
  const required = isStdio ? 'command' : 'url'
  if (server.type === undefined && server.command === undefined && server.url === undefined) {
    context.addIssue({ code: 'custom', message: 'needs a "command" or a "url"' })
    return
  }
  if (server[required] === undefined) {
    context.addIssue({
      code: 'custom',
      path: [required],
      message: `is missing, and a ${form} server needs it`,
    })
  }
  for (const field of isStdio ? REMOTE_FIELDS : STDIO_FIELDS) {
    if (server[field] === undefined) continue
    context.addIssue({
      code: 'custom',
      path: [field],
      message: `does not go with a ${form} server`,
    })
  }
}
