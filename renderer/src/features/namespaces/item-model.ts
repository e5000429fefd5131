import type { ItemKind } from '../../../../shared/namespace.ts'
import type {
  NamespaceOffer,
  OfferedPrompt,
  OfferedResource,
  OfferedServer,
} from '../../../../shared/offer.ts'
import { isEmpty, type Filter } from './filter-words.ts'

/** A prompt, a resource or a template of a server. */
export type ItemNode = {
  id: string
  server: OfferedServer
  /** Its own name, its URI, or the template as it stands. */
  item: string
} & (
  | { kind: 'prompt'; one: OfferedPrompt }
  | { kind: Exclude<ItemKind, 'prompt'>; one: OfferedResource }
)

/** The tabs that list them. */
export type ItemTab = 'prompts' | 'resources'

export function itemId(serverId: string, kind: ItemKind, item: string): string {
  return `${serverId}/${kind}/${item}`
}

/** By server, in the order of the namespace. */
export function itemsOf({ servers }: NamespaceOffer, tab: ItemTab): ItemNode[] {
  return servers.flatMap((server): ItemNode[] =>
    tab === 'prompts'
      ? server.prompts.map((one) => node(server, { kind: 'prompt', one }, one.prompt))
      : server.resources.map((one) => {
          const kind = one.isTemplate ? ('template' as const) : ('resource' as const)
          return node(server, { kind, one }, one.uri)
        }),
  )
}

/** Those that the filter leaves; of its words, those that are about tools alone leave none. */
export function matching(nodes: readonly ItemNode[], filter: Filter): readonly ItemNode[] {
  if (isEmpty(filter)) return nodes
  return nodes.filter((node) => {
    const { one, server } = node
    const hay = `${server.name} ${textOf(node)} ${one.description ?? ''}`.toLowerCase()
    return (
      filter.terms.every((term) => hay.includes(term)) &&
      filter.words.every((word) => {
        if (word.kind === 'on') return isOffered(node)
        if (word.kind === 'off') return !isOffered(node)
        if (word.kind === 'changed') return isChanged(node)
        return word.kind === 'server' && server.name.toLowerCase().includes(word.server)
      })
    )
  })
}

/** Whether clients see it. */
export function isOffered({ one }: ItemNode): boolean {
  return one.hiddenBy === null && !('lostTo' in one && one.lostTo !== null)
}

export function isChanged({ one }: ItemNode): boolean {
  return Object.keys(one.changed).length > 0
}

/** The name by which clients ask for it. */
export function nameOf(node: ItemNode): string {
  return node.kind === 'prompt' ? node.one.name : node.one.uri
}

function textOf(node: ItemNode): string {
  const { one, item } = node
  return `${item} ${one.name ?? ''} ${one.changed.title ?? one.title ?? ''}`
}

type Kinded =
  { kind: 'prompt'; one: OfferedPrompt } | { kind: 'resource' | 'template'; one: OfferedResource }

function node(server: OfferedServer, kinded: Kinded, item: string): ItemNode {
  return { id: itemId(server.id, kinded.kind, item), server, item, ...kinded }
}
