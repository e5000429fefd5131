import { LRUCache } from 'lru-cache'
import { randomUUID } from 'node:crypto'
import type { Owned } from '../../../shared/account.ts'
import type { ApprovalAnswer, ApprovalView } from '../../../shared/approval.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import type { HeldCall, Hold, HoldEnd, Holds } from '../held-call.ts'
import type { Logger } from '../log.ts'
import { visibleJson } from '../visible-json.ts'

/** How many may wait: of one account, or of the instance, and in all. */
const MAX_OF_ONE = 50
const MAX_WAITING = 500
/** Those that are over are known for a while: their clients may come back for them. */
const ENDED_MS = 10 * 60_000
/** Characters of arguments in a list. */
const MAX_LISTED = 20_000

/** The namespace that a call goes through. */
type Through = Owned & { id: string; name: string }

export type ApprovalsOptions = {
  log: Logger
  /** Told when a call begins to wait, and when it no longer does. */
  onChange: () => void
  /** By the id of an endpoint, or its own; `undefined` once it is gone. */
  namespaceOf: (endpointId: string) => Through | undefined
  /** The account behind a caller; `null` for the instance's and nobody's. */
  accountOf: (caller: string) => string | null
}

/** Calls that wait for people, and what these say. A call is lost with the process. */
export interface Approvals extends Holds {
  /** Those that nobody has said anything of yet. */
  readonly waiting: { readonly size: number; whenEmpty(): Promise<void> }
  /** Those that the caller may decide on, the oldest first. */
  list(access: Access): ApprovalView[]
  /** One of them with all of its arguments. Throws `AppError`, also where it is over. */
  get(access: Access, id: string): ApprovalView
  /** Throws `AppError`, also where it is over. */
  decide(access: Access, id: string, answer: ApprovalAnswer): void
}

type Entry = {
  hold: Hold
  /** Milliseconds since 1970. */
  at: number
  /** Whose call it is, and whose room it takes. */
  accountId: string | null
  payer: string | null
  ended: HoldEnd | null
  finish(end: HoldEnd): void
}

/** By id. */
class Waiting extends Map<string, Entry> {
  #emptied: PromiseWithResolvers<void> | null = null

  override delete(id: string): boolean {
    const wasThere = super.delete(id)
    if (this.size > 0) return wasThere
    this.#emptied?.resolve()
    this.#emptied = null
    return wasThere
  }

  /** Resolves once none waits. */
  whenEmpty(): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    this.#emptied ??= Promise.withResolvers<void>()
    return this.#emptied.promise
  }
}

export function openApprovals(options: ApprovalsOptions): Approvals {
  const { log, onChange, namespaceOf, accountOf } = options
  const waiting = new Waiting()
  const over = new LRUCache<string, Entry>({ max: MAX_WAITING, ttl: ENDED_MS })

  /** Who made the call, whoever leads the namespace that it goes through, and the operator. */
  function mayDecide(access: Access, { hold, accountId }: Entry): boolean {
    if (access.isOperator || (accountId !== null && accountId === access.accountId)) return true
    const namespace = namespaceOf(hold.call.endpointId)
    return namespace !== undefined && access.changes(namespace)
  }

  function viewOf(access: Access, entry: Entry): ApprovalView {
    const namespace = namespaceOf(entry.hold.call.endpointId)
    const mayAlways = namespace !== undefined && access.changes(namespace)
    return { ...shown(entry, namespace), mayAlways }
  }

  function find(access: Access, id: string): Entry {
    const entry = waiting.get(id) ?? over.get(id)
    if (!entry || !mayDecide(access, entry)) throw new AppError('not-found', 'No such call waits.')
    if (entry.ended) throw new AppError('conflict', tooLate(entry.hold.call, entry.ended))
    return entry
  }

  function end(entry: Entry, by: HoldEnd): void {
    const { id, call } = entry.hold
    entry.ended = by
    waiting.delete(id)
    over.set(id, entry)
    const { endpoint, server, tool } = call
    log.info({ endpoint, server, tool, answer: by }, 'a call has waited for a person')
    onChange()
  }

  return {
    waiting,
    hold(call) {
      const accountId = accountOf(call.caller)
      // Who lets anybody call pays for it with its own room.
      const payer = accountId ?? namespaceOf(call.endpointId)?.ownerId ?? null
      const others = waiting.values().filter((entry) => entry.payer === payer)
      if (waiting.size >= MAX_WAITING || others.toArray().length >= MAX_OF_ONE) {
        log.warn({ endpoint: call.endpoint }, 'too many calls wait for a person')
        return null
      }
      const entry: Entry = { ...openHold(call, (by) => end(entry, by)), accountId, payer }
      waiting.set(entry.hold.id, entry)
      onChange()
      return entry.hold
    },
    find: (id) => (waiting.get(id) ?? over.get(id))?.hold,
    list: (access) =>
      [...waiting.values()]
        .filter((entry) => mayDecide(access, entry))
        .map((entry) => cut(viewOf(access, entry))),
    get: (access, id) => viewOf(access, find(access, id)),
    decide: (access, id, answer) => find(access, id).finish(answer),
  }
}

function shown({ hold: { id, call }, at }: Entry, namespace: Through | undefined) {
  const { arguments: given, caller: _, endpointId: __, ...told } = call
  const until = at + call.seconds * 1_000
  return {
    ...{ id, ...told, arguments: visibleJson(given), isCut: false },
    askedAt: new Date(at).toISOString(),
    until: new Date(until).toISOString(),
    leftMs: Math.max(0, until - Date.now()),
    namespaceId: namespace?.id ?? null,
    namespace: namespace?.name ?? null,
  }
}

function openHold(
  call: HeldCall,
  onEnd: (by: HoldEnd) => void,
): Omit<Entry, 'accountId' | 'payer'> {
  const { promise, resolve } = Promise.withResolvers<HoldEnd>()
  let isOver = false
  let isClaimed = false
  const finish = (by: HoldEnd) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    onEnd(by)
    resolve(by)
  }
  const timer = setTimeout(() => finish('nobody'), call.seconds * 1_000).unref()
  const hold: Hold = {
    ...{ id: randomUUID(), call, end: promise, answer: finish },
    withdraw: () => finish('withdrawn'),
    claim: () => !isClaimed && (isClaimed = true),
  }
  return { hold, at: Date.now(), ended: null, finish }
}

function cut(view: ApprovalView): ApprovalView {
  if (view.arguments.length <= MAX_LISTED) return view
  return { ...view, arguments: view.arguments.slice(0, MAX_LISTED), isCut: true }
}

function tooLate({ seconds, name }: HeldCall, end: HoldEnd): string {
  if (end === 'withdrawn') return `Too late: the client does not wait for ${name} any more.`
  if (end === 'nobody') return `Too late: the call of ${name} was refused after ${seconds} s.`
  const word = end === 'refuse' ? 'refused' : 'allowed'
  return `Too late: the call of ${name} was ${word} already.`
}
