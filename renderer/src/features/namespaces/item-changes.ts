import type { ItemKind } from '../../../../shared/namespace.ts'
import type { NamespaceOffer, OfferedServer } from '../../../../shared/offer.ts'
import { itemId, type ItemNode } from './item-model.ts'

/** A change to one prompt, resource or template, as `namespaces.setItems` takes it. */
export type ItemPatch = {
  serverId: string
  kind: ItemKind
  item: string
  enabled?: boolean
  name?: string | null
  title?: string | null
  description?: string | null
}

/** Which one a patch is for. */
export function placeOf({ server, kind, item }: ItemNode): ItemPatch {
  return { serverId: server.id, kind, item }
}

/** The switches as they are about to be, shown before the core has said it. */
export function withItems(offer: NamespaceOffer, patches: readonly ItemPatch[]): NamespaceOffer {
  const switches = new Map(
    patches.map(({ serverId, kind, item, enabled }) => [itemId(serverId, kind, item), enabled]),
  )
  const touched = new Set(patches.map(({ serverId }) => serverId))
  const servers = offer.servers.map((server) => {
    if (!touched.has(server.id)) return server
    const switched = <T extends Switched>(one: T, kind: ItemKind, item: string): T => {
      const on = switches.get(itemId(server.id, kind, item))
      return on === undefined ? one : { ...one, on, hiddenBy: hiddenBy(server, on) }
    }
    return {
      ...server,
      prompts: server.prompts.map((one) => switched(one, 'prompt', one.prompt)),
      resources: server.resources.map((one) =>
        switched(one, one.isTemplate ? 'template' : 'resource', one.uri),
      ),
    }
  })
  return { ...offer, servers }
}

type Switched = Pick<ItemNode['one'], 'on' | 'hiddenBy'>

function hiddenBy(server: OfferedServer, on: boolean): Switched['hiddenBy'] {
  if (!server.enabled) return 'server-off-everywhere'
  if (!server.on) return 'server-off'
  return on ? null : 'item-off'
}

/** What brings them back to what they are now. */
export function switchesOf(nodes: readonly ItemNode[]): ItemPatch[] {
  return nodes.map((node) => ({ ...placeOf(node), enabled: node.one.on }))
}

export function overridesOf(nodes: readonly ItemNode[]): ItemPatch[] {
  return nodes.map((node) => {
    const { name = null, title = null, description = null } = node.one.changed
    return { ...placeOf(node), name, title, description }
  })
}

/** What takes every override of them away. */
export function resetsOf(nodes: readonly ItemNode[]): ItemPatch[] {
  return nodes.map((node) => ({ ...placeOf(node), name: null, title: null, description: null }))
}
