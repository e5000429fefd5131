import { setImmediate } from 'node:timers/promises'
import type { ToolFlag } from '../../../shared/trust.ts'
import { flagsOf } from '../tool-flags.ts'

type Definition = Readonly<Record<string, unknown>>
type Names = ReadonlySet<string>

/** What is known of the servers of a namespace: their tools as they are listed. */
export type ListedServer = { serverId: string; tools: readonly Definition[] }

/** So long, in ms, texts are read before others have a turn. */
const TURN_MS = 8

/**
 * The flags of tools, each looked at once: lists of thousands are read again and again while
 * somebody looks at the page. Nothing else waits meanwhile.
 */
export function openFlagging() {
  const known = new WeakMap<Names, WeakMap<Definition, readonly ToolFlag[]>>()
  const names = new Map<string, { lists: readonly unknown[]; others: Map<string, Names> }>()

  /** Names of the tools that other servers have, the same set while those have the same. */
  function othersIn(key: string, servers: readonly ListedServer[]): Map<string, Names> {
    const lists = servers.flatMap(({ serverId, tools }) => [serverId, tools])
    const before = names.get(key)
    const isSame =
      before?.lists.length === lists.length && before.lists.every((one, at) => one === lists[at])
    if (before && isSame) return before.others
    const others = new Map(servers.map((one) => [one.serverId, othersOf(one, servers)]))
    names.set(key, { lists, others })
    return others
  }

  return {
    /** For one reading of a namespace. */
    in(namespaceId: string, servers: readonly ListedServer[]) {
      const others = othersIn(namespaceId, servers)
      let since = performance.now()
      return async (serverId: string, tool: Definition): Promise<readonly ToolFlag[]> => {
        const set = others.get(serverId) ?? new Set<string>()
        const own = known.get(set) ?? new WeakMap<Definition, readonly ToolFlag[]>()
        known.set(set, own)
        const found = own.get(tool)
        if (found) return found
        if (performance.now() - since > TURN_MS) {
          await setImmediate()
          since = performance.now()
        }
        const flags = flagsOf(tool, set)
        own.set(tool, flags)
        return flags
      }
    },
  }
}

function othersOf({ serverId, tools }: ListedServer, servers: readonly ListedServer[]): Names {
  const own = new Set(tools.map(({ name }) => name))
  const all = servers.flatMap((one) => (one.serverId === serverId ? [] : one.tools))
  return new Set(all.map(({ name }) => String(name)).filter((name) => !own.has(name)))
}
