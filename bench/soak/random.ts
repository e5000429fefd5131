/** Random numbers that come again with the same seed. */
export type Random = {
  /** From 0 up to 1. */
  next(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  pick<T>(from: readonly T[]): T
}

/** mulberry32: small, quick, and good enough to choose by. */
export function openRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    pick(from) {
      const at = from[between(0, from.length - 1)]
      if (at === undefined) throw new Error('there is nothing to pick from')
      return at
    },
  }
}

/** One of them, those with more weight more often. */
export function pickWeighted<T extends { weight: number }>(from: readonly T[], random: Random): T {
  let left = random.next() * from.reduce((sum, { weight }) => sum + weight, 0)
  const found = from.find(({ weight }) => (left -= weight) < 0)
  return found ?? random.pick(from)
}
