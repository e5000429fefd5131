import { LRUCache } from 'lru-cache'
import type { Call } from '../call.ts'
import type { Listed } from '../catalog.ts'
import { ownName } from './approve-marks.ts'
import { clientKey } from './limit-rate.ts'

/** In the modern era there are no sessions: one is over when a client was silent for so long. */
const SILENCE_MS = 60 * 60_000
const MAX_CLIENTS = 1_000

type Marked = { call: Call; tool: Listed }

/** Tools that a person has allowed for the rest of a session. */
export interface Allowances {
  has(marked: Marked): boolean
  add(marked: Marked): void
}

export function openAllowances(): Allowances {
  const sessions = new WeakMap<object, Set<string>>()
  const clients = new LRUCache<string, Set<string>>({
    ...{ max: MAX_CLIENTS, ttl: SILENCE_MS, updateAgeOnGet: true },
  })
  const toolsOf = (call: Call) =>
    call.era === 'legacy' ? sessions.get(call.owner) : clients.get(clientKey(call))
  return {
    has: ({ call, tool }) => toolsOf(call)?.has(ownName(tool)) === true,
    add({ call, tool }) {
      const tools = toolsOf(call) ?? new Set()
      tools.add(ownName(tool))
      if (call.era === 'legacy') sessions.set(call.owner, tools)
      else clients.set(clientKey(call), tools)
    },
  }
}
