import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { ItemRule } from '../../../shared/namespace.ts'
import type {
  ItemChanges,
  OfferedPrompt,
  OfferedResource,
  OfferedServer,
} from '../../../shared/offer.ts'
import type { JsonObject } from '../json-rpc.ts'
import { ORIGIN, type Listed } from './catalog.ts'
import type { ItemRules } from './item-rules.ts'
import type { Presentation } from './middleware/overrides.ts'

/** Where an item stands: its server with its switches, and what is said of its items. */
export type ItemPlace = { server: Pick<OfferedServer, 'id' | 'on' | 'enabled'>; items: ItemRules }

export function describePrompt(
  prompt: Listed,
  place: ItemPlace,
  { show, ruleOf }: Presentation<ItemRule>,
): Omit<OfferedPrompt, 'renamed'> {
  return {
    prompt: prompt[ORIGIN].name,
    exposed: String(prompt.name),
    name: String(show(prompt).name),
    ...wordsOf(prompt),
    ...standingOf(ruleOf(prompt), place),
  }
}

/** Templates after resources; `ownerOf` names the server that has a URI instead. */
export function describeResources(
  { resources, resourceTemplates }: ServerCatalog,
  place: ItemPlace,
  ownerOf: (uri: string) => string | null,
): OfferedResource[] {
  const { server, items } = place
  const describe = (item: JsonObject, key: 'uri' | 'uriTemplate') => {
    const uri = textOrNull(item[key])
    if (uri === null) return []
    const isTemplate = key === 'uriTemplate'
    const rule = items.ruleOf(server.id, isTemplate ? 'template' : 'resource', uri)
    const [name, mimeType] = [textOrNull(item.name), textOrNull(item.mimeType)]
    const words = { uri, name, ...wordsOf(item) }
    return [{ ...words, mimeType, isTemplate, ...standingOf(rule, place), lostTo: ownerOf(uri) }]
  }
  return [
    ...resources.flatMap((item) => describe(item, 'uri')),
    ...resourceTemplates.flatMap((item) => describe(item, 'uriTemplate')),
  ]
}

function wordsOf({ title, description }: JsonObject) {
  return { title: textOrNull(title), description: textOrNull(description) }
}

function standingOf(rule: ItemRule | undefined, { server }: ItemPlace) {
  const on = rule?.enabled !== false
  const hiddenBy = !server.enabled
    ? ('server-off-everywhere' as const)
    : !server.on
      ? ('server-off' as const)
      : on
        ? null
        : ('item-off' as const)
  return { changed: changesOf(rule), on, hiddenBy }
}

function changesOf(rule: ItemRule | undefined): ItemChanges {
  if (!rule) return {}
  const { name, title, description } = rule
  return {
    ...(name !== null && { name }),
    ...(title !== null && { title }),
    ...(description !== null && { description }),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
