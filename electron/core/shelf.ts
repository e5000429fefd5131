import { isDeepStrictEqual } from 'node:util'
import { AppError } from './errors.ts'

/** What every kind of definition has; names are unique per owner. */
export type Named = { id: string; name: string; ownerId?: string | null }

/**
 * Definitions of one kind, held in memory so that reading never waits. Values are frozen: nobody
 * changes the shelf by accident, only by `put`.
 */
export interface Shelf<T extends Named> {
  /** In order of their names. */
  list(): T[]
  get(id: string): T | undefined
  /** The instance's, or that of the account. */
  byName(name: string, ownerId?: string | null): T | undefined
  /** A look-up by another unique property, kept up to date. */
  indexBy(keyOf: (value: T) => string): (key: string) => T | undefined
  /** Puts a frozen copy of `value` in, in place of the one with its id, and returns that copy. */
  put(value: T): T
  drop(id: string): void
  /** Replaces everything by what is stored; resolves with the ids of what is different now. */
  reload(): Promise<string[]>
  /**
   * Runs work that stores and then `put`s alone: two changes at once would otherwise reach memory
   * in another order than the database. When it fails after it may have stored something, memory
   * is read anew.
   */
  inTurn<R>(work: () => Promise<R>): Promise<R>
}

export async function openShelf<T extends Named>(load: () => Promise<T[]>): Promise<Shelf<T>> {
  const values = openValues<T>()
  const inTurn = openTurns()

  async function replaceAll(): Promise<string[]> {
    const stored = await load()
    const before = new Map(values.byId)
    values.clear()
    stored.forEach(values.put)
    const ids = new Set([...before.keys(), ...values.byId.keys()])
    return [...ids].filter((id) => !isDeepStrictEqual(before.get(id), values.byId.get(id)))
  }

  async function rethrow(error: unknown): Promise<never> {
    const wasRefused = error instanceof AppError && error.code !== 'unavailable'
    // A change can be in the database and still fail, for example because the disk is full.
    if (!wasRefused) await replaceAll().catch(() => undefined)
    throw error
  }

  const byOwnedName = values.indexBy((value) => ownedName(value.name, value.ownerId ?? null))

  await replaceAll()
  return {
    list: () => [...values.byId.values()].sort(byNameOrder),
    get: (id) => values.byId.get(id),
    byName: (name, ownerId = null) => byOwnedName(ownedName(name, ownerId)),
    indexBy: values.indexBy,
    put: values.put,
    drop: values.drop,
    reload: () => inTurn(replaceAll),
    inTurn: (work) => inTurn(() => work().catch(rethrow)),
  }
}

/** A map by id, and look-ups over it that are made anew when it has changed. */
function openValues<T extends Named>() {
  const byId = new Map<string, T>()
  let generation = 0
  return {
    byId: byId as ReadonlyMap<string, T>,
    put(value: T): T {
      const kept = deepFreeze(structuredClone(value))
      byId.set(kept.id, kept)
      generation += 1
      return kept
    },
    drop(id: string): void {
      byId.delete(id)
      generation += 1
    },
    clear(): void {
      byId.clear()
      generation += 1
    },
    indexBy(keyOf: (value: T) => string): (key: string) => T | undefined {
      let index = new Map<string, T>()
      let indexed = -1
      return (key) => {
        if (indexed !== generation) {
          index = new Map(byId.values().map((value) => [keyOf(value), value]))
          indexed = generation
        }
        return index.get(key)
      }
    },
  }
}

function openTurns(): <R>(work: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}

/** No name has a line break in it. */
function ownedName(name: string, ownerId: string | null): string {
  return `${name}\n${ownerId ?? ''}`
}

function byNameOrder(a: Named, b: Named): number {
  if (a.name === b.name) return 0
  return a.name < b.name ? -1 : 1
}
