import { createHash } from 'node:crypto'

/** Longest name that model APIs accept for a tool. */
const MAX_LENGTH = 64

/**
 * What a server offers under a name of its own: a tool or a prompt. Two servers may be called alike,
 * where they belong to different owners: `serverId` tells them apart.
 */
export type Named = { server: string; name: string; serverId?: string }

/**
 * Gives every item a name of its own, in the items' order. With `prefix` it is `<server>__<name>`;
 * without, the name as the server gave it, unless servers earlier in the order have taken it.
 * Characters that model APIs refuse become `_`. Names that are too long, or that collide all the
 * same, end in a hash of the full name, so they stay the same across restarts and nothing is lost.
 */
export function exposeNames(items: readonly Named[], prefix: boolean): string[] {
  const wanted = items.map((item) => fit(prefix ? fullName(item) : item.name, fullName(item)))
  if (!prefix) prefixLaterServers(items, wanted)
  for (let digits = 6; ; digits += 6) {
    const clashes = clashing(wanted)
    if (clashes.length === 0 || digits > 60) return wanted
    const twins = twinsIn(items, clashes)
    for (const index of clashes) {
      const item = items[index]
      if (!item) continue
      const full = fullName(item)
      const seed = twins.has(full) ? `${full}\n${item.serverId ?? index}` : full
      wanted[index] = hashed(full, { digits, seed })
    }
  }
}

/** A name of at most 64 safe characters that ends in a hash of `seed`. */
export function hashed(full: string, { digits = 6, seed = full } = {}): string {
  const hash = createHash('sha256').update(seed).digest('hex').slice(0, digits)
  return `${safe(full).slice(0, MAX_LENGTH - digits - 1)}_${hash}`
}

/** Full names that several of the items have: servers of different owners may be called alike. */
function twinsIn(items: readonly Named[], indexes: readonly number[]): Set<string> {
  const [seen, twins] = [new Set<string>(), new Set<string>()]
  for (const index of indexes) {
    const item = items[index]
    if (!item) continue
    const full = fullName(item)
    if (seen.has(full)) twins.add(full)
    seen.add(full)
  }
  return twins
}

function fullName({ server, name }: Named): string {
  return `${server}__${name}`
}

function fit(text: string, full: string): string {
  const name = safe(text)
  return name.length > 0 && name.length <= MAX_LENGTH ? name : hashed(full)
}

function safe(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/g, '_')
}

/** On a collision the first server in order keeps the bare name, the others are prefixed. */
function prefixLaterServers(items: readonly Named[], wanted: string[]): void {
  const owners = new Map<string, string>()
  for (const [index, item] of items.entries()) {
    const name = wanted[index] ?? ''
    const owner = owners.get(name)
    const serverId = item.serverId ?? item.server
    if (owner === undefined) owners.set(name, serverId)
    else if (owner !== serverId) wanted[index] = fit(fullName(item), fullName(item))
  }
}

function clashing(names: readonly string[]): number[] {
  const places = Map.groupBy(names.keys(), (index) => names[index])
  return [...places.values()].filter((indexes) => indexes.length > 1).flat()
}
