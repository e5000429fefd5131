import { toolRule, type ToolRule, type ToolRulePatch } from '../../../shared/namespace.ts'
import { AppError } from '../errors.ts'
import { parseInput } from '../problems.ts'

/**
 * The rules after some of them change. A field that a patch does not name stays, `null` clears an
 * override, and a rule that changes nothing any more is dropped. Throws `conflict` when two tools
 * would have one name.
 */
export function patchToolRules(
  rules: readonly ToolRule[],
  patches: readonly ToolRulePatch[],
): ToolRule[] {
  const byTool = new Map(rules.map((rule) => [keyOf(rule), rule]))
  for (const patch of patches) {
    const key = keyOf(patch)
    const named = Object.entries(patch).filter(([, value]) => value !== undefined)
    byTool.set(key, parseInput(toolRule, { ...byTool.get(key), ...Object.fromEntries(named) }))
  }
  // Names are compared once all patches are in, so that two tools can swap theirs.
  const changed = [...byTool.values()].filter(changesSomething)
  refuseSharedNames(changed)
  return inOrder(changed)
}

/** One order for rules, wherever they come from: a namespace is the same before and after a restart. */
export function inOrder(rules: ToolRule[]): ToolRule[] {
  const keyed = rules.map((rule) => ({ rule, key: keyOf(rule) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ rule }) => rule)
}

function changesSomething({ serverId: _, tool: __, enabled, ...overrides }: ToolRule): boolean {
  return !enabled || Object.values(overrides).some((override) => override !== null)
}

function refuseSharedNames(rules: ToolRule[]): void {
  const holders = new Map<string, ToolRule>()
  for (const rule of rules) {
    if (rule.name === null) continue
    const holder = holders.get(rule.name)
    if (holder) {
      throw new AppError(
        'conflict',
        `The tools "${holder.tool}" and "${rule.tool}" cannot both be named "${rule.name}" in one namespace.`,
      )
    }
    holders.set(rule.name, rule)
  }
}

function keyOf({ serverId, tool }: Pick<ToolRule, 'serverId' | 'tool'>): string {
  return `${serverId}\n${tool}`
}
