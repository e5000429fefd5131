import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { CatalogItem, ServerCatalogView, ToolHint } from '../../../shared/server-catalog.ts'
import { toolTokens, type TokensOf } from './tool-tokens.ts'

type Definition = Readonly<Record<string, unknown>>

const HINTS: [field: string, hint: ToolHint][] = [
  ['readOnlyHint', 'read-only'],
  ['destructiveHint', 'destructive'],
  ['idempotentHint', 'idempotent'],
  ['openWorldHint', 'open-world'],
]

/** What people are told of a catalog. Servers put anything into any field: texts are checked. */
export function catalogView(
  catalog: ServerCatalog | null,
  server: string,
  tokensOf: TokensOf,
): ServerCatalogView {
  if (!catalog) {
    return { tools: [], prompts: [], resources: [], software: null, protocolVersion: null }
  }
  const { hello, tools, prompts, resources, resourceTemplates } = catalog
  return {
    tools: tools.map((tool) => {
      return { ...itemOf(tool), hints: hintsOf(tool), tokens: toolTokens(tool, server, tokensOf) }
    }),
    prompts: prompts.map(itemOf),
    resources: [
      ...resources.map((one) => resourceOf(one, { field: 'uri', isTemplate: false })),
      ...resourceTemplates.map((one) =>
        resourceOf(one, { field: 'uriTemplate', isTemplate: true }),
      ),
    ],
    software: softwareOf(hello),
    protocolVersion: textOf(hello['protocolVersion']),
  }
}

function itemOf(definition: Definition): CatalogItem {
  const annotations = recordOf(definition['annotations'])
  return {
    name: textOf(definition['name']) ?? '',
    title: textOf(definition['title']) ?? textOf(annotations['title']),
    description: textOf(definition['description']),
  }
}

function hintsOf(tool: Definition): ToolHint[] {
  const annotations = recordOf(tool['annotations'])
  const said = HINTS.filter(([field]) => annotations[field] === true).map(([, hint]) => hint)
  // What only reads destroys nothing, whatever else is said (2025-11-25, "ToolAnnotations").
  return said.includes('read-only') ? said.filter((hint) => hint !== 'destructive') : said
}

function resourceOf(
  definition: Definition,
  { field, isTemplate }: { field: string; isTemplate: boolean },
) {
  return { ...itemOf(definition), uri: textOf(definition[field]) ?? '', isTemplate }
}

function softwareOf(hello: Definition): ServerCatalogView['software'] {
  const info = recordOf(hello['serverInfo'])
  const name = textOf(info['name'])
  return name === null ? null : { name, version: textOf(info['version']) ?? '' }
}

function recordOf(value: unknown): Definition {
  return typeof value === 'object' && value !== null ? (value as Definition) : {}
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
