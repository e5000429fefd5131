import type { ItemKind, ItemRule } from '../../../shared/namespace.ts'

/** What a namespace says of prompts, resources and templates, to be looked up. */
export interface ItemRules {
  ruleOf(serverId: string, kind: ItemKind, item: string): ItemRule | undefined
  isOn(serverId: string, kind: ItemKind, item: string): boolean
  /** Resources and templates of a server that are off, also such as it does not list. */
  offAt(serverId: string): readonly ItemRule[]
}

export function indexItems(items: readonly ItemRule[]): ItemRules {
  const byItem = new Map(items.map((rule) => [keyOf(rule.serverId, rule.kind, rule.item), rule]))
  const off = items.filter(({ enabled, kind }) => !enabled && kind !== 'prompt')
  const offAt = Map.groupBy(off, ({ serverId }) => serverId)
  const ruleOf = (serverId: string, kind: ItemKind, item: string) =>
    byItem.get(keyOf(serverId, kind, item))
  return {
    ruleOf,
    isOn: (serverId, kind, item) => ruleOf(serverId, kind, item)?.enabled !== false,
    offAt: (serverId) => offAt.get(serverId) ?? [],
  }
}

export const NO_ITEM_RULES: ItemRules = indexItems([])

function keyOf(serverId: string, kind: ItemKind, item: string): string {
  return `${serverId}\n${kind}\n${item}`
}
