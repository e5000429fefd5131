import type { Namespace } from '../../../shared/namespace.ts'
import type { Database, Tx } from '../db/open.ts'
import { openShelf, type Shelf } from '../shelf.ts'
import { deleteNamespace, readNamespaces } from './namespace-rows.ts'
import { dropUnusedDefinitions, readPins, readPinsOf, writeSighting } from './pin-rows.ts'
import { NO_PINS, sight, type Pins, type ToolsOf } from './pins.ts'

/** Namespaces and what they know of their servers' tools, in memory, one change after the other. */
export interface NamespaceShelf {
  shelf: Shelf<Namespace>
  pinsOf(id: string): Pins
  /** Stores a change, and what it made of the pins. */
  store(work: (tx: Tx) => Promise<Namespace>): Promise<Namespace>
  /** Writes down what servers offer now; resolves with the ids of namespaces that had to. */
  see(toolsOf: ToolsOf): Promise<string[]>
  drop(id: string): Promise<void>
}

export async function openNamespaceShelf(db: Database): Promise<NamespaceShelf> {
  const pins = new Map<string, Pins>()
  const pinsOf = (id: string) => pins.get(id) ?? NO_PINS
  const shelf = await openShelf(async () => {
    const stored = await db.read(async (tx) => ({
      namespaces: await readNamespaces(tx),
      pins: await readPins(tx),
    }))
    pins.clear()
    for (const [id, own] of stored.pins) pins.set(id, own)
    return stored.namespaces
  })

  async function see(toolsOf: ToolsOf): Promise<string[]> {
    const seen = shelf.list().flatMap((one) => sight(one, pinsOf(one.id), toolsOf) ?? [])
    if (seen.length === 0) return []
    const after = await db.write(async (tx) => {
      for (const sighting of seen) await writeSighting(tx, sighting)
      await dropUnusedDefinitions(tx)
      return readPins(tx)
    })
    const ids = seen.map(({ namespaceId }) => namespaceId)
    for (const id of ids) pins.set(id, after.get(id) ?? NO_PINS)
    return ids
  }

  return {
    ...{ shelf, pinsOf },
    see: (toolsOf) => shelf.inTurn(() => see(toolsOf)),
    store: (work) =>
      shelf.inTurn(async () => {
        const after = await db.write(async (tx) => {
          const namespace = await work(tx)
          return { namespace, pins: await readPinsOf(tx, namespace.id) }
        })
        pins.set(after.namespace.id, after.pins)
        return shelf.put(after.namespace)
      }),
    drop: (id) =>
      shelf.inTurn(async () => {
        await db.write((tx) => deleteNamespace(tx, id))
        shelf.drop(id)
        pins.delete(id)
      }),
  }
}
