import type { ApprovalAnswer } from '../../shared/approval.ts'
import type { JsonObject } from './json-rpc.ts'

/** A call of a tool that is not made before a person has allowed it. */
export type HeldCall = {
  /** The endpoint that it came to, or the namespace where that is looked at by hand. */
  endpointId: string
  /** Its address. */
  endpoint: string
  /** Who calls, as a stable identity (`callerKey`), and what the program calls itself. */
  caller: string
  client: string | null
  serverId: string
  server: string
  /** Its own name at its server, and the one that clients know. */
  tool: string
  name: string
  title: string | null
  arguments: JsonObject
  /** How long it waits. */
  seconds: number
}

/** `nobody`: the time is up. `withdrawn`: the client did not wait for it. */
export type HoldEnd = ApprovalAnswer | 'nobody' | 'withdrawn'

/** A call while it waits, and for a while after. */
export interface Hold {
  readonly id: string
  readonly call: HeldCall
  /** Resolves with the first answer of anybody, or without one. Never rejects. */
  readonly end: Promise<HoldEnd>
  /** The client's own answer, where it put the question to its person; nothing once it is over. */
  answer(answer: Exclude<ApprovalAnswer, 'always'>): void
  withdraw(): void
  /** Whether the call may go on now: true once, so that one answer is good for one call. */
  claim(): boolean
}

/** Where calls wait for people. */
export interface Holds {
  /** `null` when as many wait already as may. */
  hold(call: HeldCall): Hold | null
  /** One that waits, or did so within ten minutes. */
  find(id: string): Hold | undefined
}
