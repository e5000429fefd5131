import { itemRule, type ItemRule, type ItemRulePatch } from '../../../shared/namespace.ts'
import { AppError } from '../errors.ts'
import { parseInput } from '../problems.ts'

/**
 * The rules of prompts, resources and templates after some of them change; the same as
 * `patchToolRules` for tools. Throws `conflict` when two prompts would have one name.
 */
export function patchItemRules(
  rules: readonly ItemRule[],
  patches: readonly ItemRulePatch[],
): ItemRule[] {
  const byItem = new Map(rules.map((rule) => [keyOf(rule), rule]))
  for (const patch of patches) {
    const key = keyOf(patch)
    const named = Object.entries(patch).filter(([, value]) => value !== undefined)
    byItem.set(key, parseInput(itemRule, { ...byItem.get(key), ...Object.fromEntries(named) }))
  }
  const changed = [...byItem.values()].filter(changesSomething)
  const holders = new Map<string, ItemRule>()
  for (const rule of changed) {
    if (rule.name === null) continue
    const holder = holders.get(rule.name)
    if (holder) {
      throw new AppError(
        'conflict',
        `The prompts "${holder.item}" and "${rule.item}" cannot both be named "${rule.name}" in one namespace.`,
      )
    }
    holders.set(rule.name, rule)
  }
  return itemsInOrder(changed)
}

export function itemsInOrder(rules: ItemRule[]): ItemRule[] {
  const keyed = rules.map((rule) => ({ rule, key: keyOf(rule) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ rule }) => rule)
}

function changesSomething({ enabled, name, title, description }: ItemRule): boolean {
  return !enabled || name !== null || title !== null || description !== null
}

function keyOf({ serverId, kind, item }: Pick<ItemRule, 'serverId' | 'kind' | 'item'>): string {
  return `${serverId}\n${kind}\n${item}`
}
