import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Tx } from '../db/open.ts'
import { namespacePins, namespaces, namespaceServers, pinnedTools } from '../db/schema.ts'
import { NO_PINS, toolKey, type Pin, type Pins, type Sighting } from './pins.ts'

/** PostgreSQL takes 65,535 parameters in a statement, and a pin is four of them. */
const PINS_PER_INSERT = 10_000

/** Of all namespaces, or of one. */
export async function readPins(tx: Tx, namespaceId?: string): Promise<Map<string, Pins>> {
  const ofOne = namespaceId === undefined ? undefined : eq(namespacePins.namespaceId, namespaceId)
  const rows = await tx.select().from(namespacePins).where(ofOne)
  const isKnown = eq(namespaceServers.known, true)
  const members = await tx
    .select({ namespaceId: namespaceServers.namespaceId, serverId: namespaceServers.serverId })
    .from(namespaceServers)
    .where(
      namespaceId === undefined
        ? isKnown
        : and(isKnown, eq(namespaceServers.namespaceId, namespaceId)),
    )
  const pinsOf = Map.groupBy(rows, (row) => row.namespaceId)
  const knownOf = Map.groupBy(members, (row) => row.namespaceId)
  const ids = new Set([...pinsOf.keys(), ...knownOf.keys()])
  return new Map(
    Array.from(ids, (id) => {
      const own = pinsOf.get(id) ?? []
      const pins: Pins = {
        tools: new Map(own.map(({ serverId, tool, hash }) => [toolKey(serverId, tool), hash])),
        known: new Set((knownOf.get(id) ?? []).map(({ serverId }) => serverId)),
      }
      return [id, pins]
    }),
  )
}

export async function readPinsOf(tx: Tx, namespaceId: string): Promise<Pins> {
  return (await readPins(tx, namespaceId)).get(namespaceId) ?? NO_PINS
}

/** Takes tools in as they are now. With a hash of `null` what was pinned before stays. */
export async function writePins(tx: Tx, namespaceId: string, pins: readonly Pin[]): Promise<void> {
  const rows = pins.map((pin) => ({ ...pin, namespaceId }))
  for (let start = 0; start < rows.length; start += PINS_PER_INSERT) {
    const part = rows.slice(start, start + PINS_PER_INSERT)
    const target = [namespacePins.namespaceId, namespacePins.serverId, namespacePins.tool]
    const hash = sql`coalesce(excluded.hash, ${namespacePins.hash})`
    await tx.insert(namespacePins).values(part).onConflictDoUpdate({ target, set: { hash } })
  }
}

/** With a hash of `null` a tool is as one that was never taken in. */
export async function replacePins(
  tx: Tx,
  namespaceId: string,
  pins: readonly Pin[],
): Promise<void> {
  for (const [serverId, own] of Map.groupBy(pins, (pin) => pin.serverId)) {
    const isMeant = and(
      eq(namespacePins.namespaceId, namespaceId),
      eq(namespacePins.serverId, serverId),
      inArray(
        namespacePins.tool,
        own.map(({ tool }) => tool),
      ),
    )
    await tx.delete(namespacePins).where(isMeant)
  }
  const kept = pins.filter(({ hash }) => hash !== null)
  await writePins(tx, namespaceId, kept)
}

/** Leaves out a namespace that was deleted meanwhile. */
export async function writeSighting(tx: Tx, sighting: Sighting): Promise<void> {
  const { namespaceId, pins, definitions, known } = sighting
  const found = await tx
    .select({ id: namespaces.id })
    .from(namespaces)
    .where(eq(namespaces.id, namespaceId))
    .for('update')
  if (found.length === 0) return
  await writeDefinitions(tx, definitions)
  const members = await tx
    .select({ serverId: namespaceServers.serverId })
    .from(namespaceServers)
    .where(eq(namespaceServers.namespaceId, namespaceId))
  // A server may be gone by now, and its pins with it.
  const present = new Set(members.map(({ serverId }) => serverId))
  const rows = pins.filter(({ serverId }) => present.has(serverId))
  await writePins(tx, namespaceId, rows)
  await writeKnown(tx, namespaceId, known)
}

/** From now on other tools of these servers are new ones. */
export async function writeKnown(
  tx: Tx,
  namespaceId: string,
  serverIds: readonly string[],
): Promise<void> {
  if (serverIds.length === 0) return
  const isMeant = and(
    eq(namespaceServers.namespaceId, namespaceId),
    inArray(namespaceServers.serverId, [...serverIds]),
  )
  await tx.update(namespaceServers).set({ known: true }).where(isMeant)
}

/** What tools said of themselves, by their hashes, for those of `hashes` that are still kept. */
export async function readDefinitions(
  tx: Tx,
  hashes: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  if (hashes.length === 0) return new Map()
  const rows = await tx
    .select()
    .from(pinnedTools)
    .where(inArray(pinnedTools.hash, [...hashes]))
  return new Map(rows.map(({ hash, definition }) => [hash, definition]))
}

/** Those that no pin refers to any more. */
export async function dropUnusedDefinitions(tx: Tx): Promise<void> {
  await tx.execute(sql`
    delete from pinned_tools t
    where not exists (select 1 from namespace_pins p where p.hash = t.hash)`)
}

export async function writeDefinitions(
  tx: Tx,
  definitions: Sighting['definitions'],
): Promise<void> {
  const rows = Array.from(definitions, ([hash, definition]) => ({ hash, definition }))
  for (let start = 0; start < rows.length; start += PINS_PER_INSERT) {
    const part = rows.slice(start, start + PINS_PER_INSERT)
    await tx.insert(pinnedTools).values(part).onConflictDoNothing()
  }
}
