/** What may be kept for later, for whom. */
type Kept = { readonly key: string; readonly holder: { readonly caller: string } }

/** Of one caller, so that one who says each time to be another client takes no one else's. */
const MAX_OF_CALLER = 50
const MAX = 1_000

/** Seats that nobody uses, in the order in which they became free; the oldest give way. */
export class FreeSeats<S extends Kept> {
  readonly #all = new Set<S>()
  readonly #byKey = new Map<string, Set<S>>()
  readonly #byCaller = new Map<string, Set<S>>()

  /** Returns the seat that has to go for it. */
  add(seat: S): S | undefined {
    const { caller } = seat.holder
    this.#all.add(seat)
    const ofCaller = addTo(this.#byCaller, caller, seat)
    addTo(this.#byKey, seat.key, seat)
    const crowd = ofCaller.size > MAX_OF_CALLER ? ofCaller : this.#all.size > MAX ? this.#all : []
    const [oldest] = crowd
    if (oldest) this.delete(oldest)
    return oldest
  }

  take(key: string): S | undefined {
    const [seat] = this.#byKey.get(key) ?? []
    if (seat) this.delete(seat)
    return seat
  }

  delete(seat: S): void {
    this.#all.delete(seat)
    deleteFrom(this.#byKey, seat.key, seat)
    deleteFrom(this.#byCaller, seat.holder.caller, seat)
  }

  [Symbol.iterator](): Iterator<S> {
    return this.#all.values()
  }
}

function addTo<S>(groups: Map<string, Set<S>>, name: string, one: S): Set<S> {
  const group = groups.get(name) ?? new Set()
  groups.set(name, group.add(one))
  return group
}

function deleteFrom<S>(groups: Map<string, Set<S>>, name: string, one: S): void {
  const group = groups.get(name)
  group?.delete(one)
  if (group?.size === 0) groups.delete(name)
}
