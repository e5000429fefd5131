import type { OfferedTool } from '../../../shared/offer.ts'
import { ORIGIN, type Listed } from './catalog.ts'
import { exposeNames } from './exposed-names.ts'

type Named = {
  toClient: ReadonlyMap<string, string>
  ruleOf(item: Listed): { name: string | null } | undefined
}

/** Tells why a tool or a prompt has another name than the one it would have alone. */
export function nameReasons(
  items: readonly Listed[],
  { toClient, ruleOf }: Named,
  prefix: boolean,
): (item: Listed) => OfferedTool['renamed'] {
  const wanting = new Map<string, Listed[]>()
  const holders = new Map<string, Listed>()
  const wishes = new Map<Listed, string>()
  const nameOf = (item: Listed) => toClient.get(String(item.name)) ?? String(item.name)
  for (const item of items) {
    const wish = ruleOf(item)?.name ?? exposeNames([item[ORIGIN]], prefix)[0] ?? ''
    wishes.set(item, wish)
    wanting.set(wish, [...(wanting.get(wish) ?? []), item])
    holders.set(nameOf(item), item)
  }
  return (item) => {
    const wish = wishes.get(item) ?? ''
    const { server, name } = item[ORIGIN]
    const shown = nameOf(item)
    if (shown !== wish) {
      const rival = holders.get(wish) ?? wanting.get(wish)?.find((other) => other !== item)
      return { why: 'taken', rival: rival?.[ORIGIN].server ?? server }
    }
    const plain = ruleOf(item)?.name ?? (prefix ? `${server}__${name}` : name)
    if (shown === plain) return null
    return { why: plain.length > 64 ? 'too-long' : 'characters' }
  }
}
