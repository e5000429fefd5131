import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../json-rpc.ts'

/** Names of replicas: they stand in what clients carry, and in patterns of a balancer. */
const PLACE = /^@([A-Za-z0-9]{1,32})\.(.*)$/s

/**
 * Says in what clients carry for us which replica knows the rest of it: calls that wait, sessions,
 * streams. Without a `replica` nothing is said. The name is no secret and proves nothing: who makes
 * one up is led to where nobody knows them.
 */
export class Places {
  readonly #replica: string | null

  constructor(replica: string | null) {
    this.#replica = replica
  }

  /** Begins with the replica's name and a dot, for a balancer to see; the rest nobody guesses. */
  newId(): string {
    const id = randomUUID()
    return this.#replica === null ? id : `${this.#replica}.${id}`
  }

  /** Parameters of a retry as they are known inside. */
  unmarked(params: JsonObject): JsonObject {
    const match = partsOf(params.requestState)
    return match ? { ...params, requestState: match.rest } : params
  }

  /** A result as its client gets it. */
  marked(result: JsonObject): JsonObject {
    const { requestState } = result
    if (this.#replica === null || typeof requestState !== 'string') return result
    return { ...result, requestState: `@${this.#replica}.${requestState}` }
  }
}

/** The replica that a retry goes on at; `null`: any. */
export function placeOf(params: JsonObject | undefined): string | null {
  return partsOf(params?.requestState)?.place ?? null
}

function partsOf(state: unknown): { place: string; rest: string } | null {
  if (typeof state !== 'string') return null
  const [, place = '', rest = ''] = PLACE.exec(state) ?? []
  return place === '' ? null : { place, rest }
}
