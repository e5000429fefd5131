import { NoRoom, RpcCode } from '../json-rpc.ts'

/** In which order connections give way to a new one; `shared` ones do so only to their own server. */
const RANKS = ['spare', 'own', 'shared'] as const

/** A connection that nobody uses now. */
export type Unused = {
  kind: (typeof RANKS)[number]
  /** Since when, in ms since 1970. */
  since: number
  /** Takes it out of the count at once; its process may take a while to go. */
  end(): void
}

/** Of connections, by their state; a `spare` one waits for its client, and need not be up yet. */
export type ConnectionCounts = { starting: number; running: number; spare: number }

/** Who has connections: a server, or all of them. */
export interface Occupant {
  /** Connections there are or are about to be. */
  readonly count: number
  unused(): Unused[]
}

/** Ends unused connections until one more fits below the limit; returns false if that cannot be. */
export function makeRoom(occupants: Iterable<Occupant>, limit: number): boolean {
  const all = [...occupants]
  const count = () => all.reduce((sum, one) => sum + one.count, 0)
  const isOneServer = all.length === 1
  while (count() >= limit) {
    const before = count()
    const [first] = all
      .flatMap((one) => one.unused())
      .filter(({ kind }) => isOneServer || kind !== 'shared')
      .toSorted((a, b) => RANKS.indexOf(a.kind) - RANKS.indexOf(b.kind) || a.since - b.since)
    first?.end()
    if (count() >= before) return false
  }
  return true
}

export function tooMany(server: string, limit: number, words: string): NoRoom {
  const data = { server, reason: 'too many connections', limit }
  return new NoRoom(RpcCode.internalError, words, data)
}
