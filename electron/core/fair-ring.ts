/**
 * The newest things, so many in all. Once it is full, the oldest of whoever has the most of them
 * goes: who adds many pushes out their own, and others keep what they have up to an equal share.
 */
export interface FairRing<T> {
  push(thing: T, share: string): void
  /** Those with a higher number, in order. */
  after(seq: number): T[]
}

/** Things of one share, in order of their numbers; what is before `start` has gone. */
type Share<T> = { things: T[]; start: number }

/** Things are pushed with ever higher numbers. */
export function openFairRing<T extends { seq: number }>(capacity: number): FairRing<T> {
  const shares = new Map<string, Share<T>>()
  let size = 0

  function dropOne(): void {
    let [largestKey, largest] = ['', undefined as Share<T> | undefined]
    for (const [key, share] of shares) {
      if (largest === undefined || sizeOf(share) > sizeOf(largest))
        [largestKey, largest] = [key, share]
    }
    if (!largest) return
    size--
    largest.start++
    if (sizeOf(largest) === 0) shares.delete(largestKey)
    // Now and then, so that a push costs the same however much is kept.
    else if (largest.start * 2 > largest.things.length && largest.start > 500) {
      largest.things.splice(0, largest.start)
      largest.start = 0
    }
  }

  return {
    push(thing, key) {
      const share = shares.get(key) ?? { things: [], start: 0 }
      shares.set(key, share)
      share.things.push(thing)
      size++
      if (size > capacity) dropOne()
    },
    after(seq) {
      const found = [...shares.values()].map(({ things, start }) => {
        let from = things.length
        while (from > start && (things[from - 1]?.seq ?? seq) > seq) from--
        return things.slice(from)
      })
      const [only = []] = found
      return found.length < 2 ? only : found.flat().sort((one, other) => one.seq - other.seq)
    },
  }
}

function sizeOf({ things, start }: Share<unknown>): number {
  return things.length - start
}
