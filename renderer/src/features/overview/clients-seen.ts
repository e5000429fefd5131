import type { SeenClient } from '../../../../shared/activity.ts'
import type { AiClientView } from '../../../../shared/ai-client.ts'

/** So long after its last word a client without a session counts as there, in ms. */
const PRESENT_MS = 60_000

export type ShownClient = {
  key: string
  /** `''` for those that gave none. */
  name: string
  /** ms since 1970; `null`: set up, and never seen. */
  seenAt: number | null
  isHere: boolean
  calls: number
  tools: number | null
  /** Of the catalogue of clients; `null` for those that only we have seen. */
  clientId: string | null
}

/** Who was there, newest first and each once; then who is set up and was not. */
export function shownClients(
  seen: readonly SeenClient[],
  known: readonly AiClientView[],
  now: number,
): ShownClient[] {
  const byName = Map.groupBy(seen, ({ name }) => name)
  const there = [...byName].map(([name, all]): ShownClient => {
    const seenAt = Math.max(...all.map(({ lastSeenAt }) => Date.parse(lastSeenAt)))
    return {
      ...{ key: `seen ${name}`, name, seenAt },
      isHere: all.some(({ sessions }) => sessions > 0) || now - seenAt < PRESENT_MS,
      calls: all.reduce((sum, { calls }) => sum + calls, 0),
      tools: all.find(({ tools }) => tools !== null)?.tools ?? null,
      clientId: known.find((one) => one.name === name)?.id ?? null,
    }
  })
  const waiting = known
    .filter(({ state, name }) => state === 'configured' && !byName.has(name))
    .map(({ id, name }): ShownClient => {
      const nothing = { seenAt: null, isHere: false, calls: 0, tools: null }
      return { key: `known ${id}`, name, clientId: id, ...nothing }
    })
  return [...there.sort((one, other) => (other.seenAt ?? 0) - (one.seenAt ?? 0)), ...waiting]
}
