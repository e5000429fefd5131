import { createHash } from 'node:crypto'
import { isRawJson, parseJson } from '../json.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import type { Secrets } from '../secrets.ts'
import type { Call } from './call.ts'

/**
 * What a client carries for us from one round of a request to the next (2026-07-28, "Multi
 * Round-Trip Requests").
 */
export type CarriedState =
  /** The call goes on at a legacy server, and waits for answers; each round has a state of its own. */
  | { kind: 'parked'; id: string; round: number }
  /** A modern server's own state, to be given back to that server as it was. */
  | { kind: 'server'; serverId: string; state: string }
  /** The server wants the same request again, once a person has been somewhere. */
  | { kind: 'again'; serverId: string }

/** A person may take this long to answer. */
const LIFETIME_MS = 60 * 60_000

/**
 * Sealed for the client that it was given to: another caller, endpoint or request cannot use it,
 * and nobody can read or change it.
 */
export class StateSeal {
  readonly #secrets: Secrets
  readonly #now: () => number

  constructor(secrets: Secrets, now: () => number = Date.now) {
    this.#secrets = secrets
    this.#now = now
  }

  seal(state: CarriedState, call: Call): string {
    const text = JSON.stringify({ ...state, until: this.#now() + LIFETIME_MS })
    return this.#secrets.seal(text, contextOf(call))
  }

  /** Throws `RpcError` -32602 for what is not ours, not for this request, or too old. */
  open(sealed: unknown, call: Call): CarriedState {
    const state = this.#read(sealed, call)
    if (!state || Number(state.until) < this.#now()) {
      const text = 'The requestState is not valid for this request, or has expired: start anew'
      throw new RpcError(RpcCode.invalidParams, text)
    }
    return state as CarriedState
  }

  #read(sealed: unknown, call: Call): (JsonObject & { until?: unknown }) | null {
    if (typeof sealed !== 'string') return null
    try {
      const state = parseJson(this.#secrets.open(sealed, contextOf(call)))
      return isObject(state) ? state : null
    } catch {
      return null
    }
  }
}

/** Who asks for what: the same in every round, but for the answers and the envelope. */
function contextOf({ endpoint, caller, method, params }: Call): string {
  const { inputResponses: _, requestState: __, _meta: ___, ...salient } = params
  const digest = createHash('sha256').update(inOrder(salient)).digest('base64url')
  return JSON.stringify(['request-state', endpoint, caller, method, digest])
}

/** A client may write the same values in another order. */
function inOrder(value: JsonObject): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (!isObject(one) || isRawJson(one)) return one
    return Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
