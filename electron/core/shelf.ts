import { isDeepStrictEqual } from 'node:util'

/** What every kind of definition has. */
export type Named = { id: string; name: string }

/**
 * Definitions of one kind, held in memory so that reading never waits. Values are frozen: nobody
 * changes the shelf by accident, only by `put`.
 */
export interface Shelf<T extends Named> {
  /** In order of their names. */
  list(): T[]
  get(id: string): T | undefined
  byName(name: string): T | undefined
  /** A look-up by another unique property, kept up to date. */
  indexBy(keyOf: (value: T) => string): (key: string) => T | undefined
  /** Puts a frozen copy of `value` in, in place of the one with its id, and returns that copy. */
  put(value: T): T
  drop(id: string): void
  /** Replaces everything by what is stored; resolves with the ids of what is different now. */
  reload(): Promise<string[]>
  /**
   * Runs work that stores and then `put`s alone: two changes at once would otherwise reach memory
   * in another order than the database.
   */
  inTurn<R>(work: () => Promise<R>): Promise<R>
}

export async function openShelf<T extends Named>(load: () => Promise<T[]>): Promise<Shelf<T>> {
  const byId = new Map<string, T>()
  let generation = 0
  let lastTurn: Promise<unknown> = Promise.resolve()

  function inTurn<R>(work: () => Promise<R>): Promise<R> {
    const turn = lastTurn.then(work)
    lastTurn = turn.catch(() => undefined)
    return turn
  }

  function put(value: T): T {
    const kept = deepFreeze(structuredClone(value))
    byId.set(kept.id, kept)
    generation += 1
    return kept
  }

  function drop(id: string): void {
    byId.delete(id)
    generation += 1
  }

  function indexBy(keyOf: (value: T) => string): (key: string) => T | undefined {
    let index = new Map<string, T>()
    let indexed = -1
    return (key) => {
      if (indexed !== generation) {
        index = new Map(byId.values().map((value) => [keyOf(value), value]))
        indexed = generation
      }
      return index.get(key)
    }
  }

  const shelf: Shelf<T> = {
    list: () => [...byId.values()].sort(byNameOrder),
    get: (id) => byId.get(id),
    byName: indexBy((value) => value.name),
    indexBy,
    put,
    drop,
    reload: () =>
      inTurn(async () => {
        const values = await load()
        const before = new Map(byId)
        byId.clear()
        generation += 1
        values.forEach(put)
        const ids = new Set([...before.keys(), ...byId.keys()])
        return [...ids].filter((id) => !isDeepStrictEqual(before.get(id), byId.get(id)))
      }),
    inTurn,
  }
  await shelf.reload()
  return shelf
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}

function byNameOrder(a: Named, b: Named): number {
  if (a.name === b.name) return 0
  return a.name < b.name ? -1 : 1
}
