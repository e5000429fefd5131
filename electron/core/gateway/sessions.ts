import { isObject, LEGACY_VERSIONS, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import type { Endpoint } from './endpoint.ts'
import { Session, type SessionParts } from './session.ts'

export type ServerInfo = { name: string; title: string; version: string }

export type SessionsOptions = Omit<SessionParts, 'goneMs'> & {
  serverInfo: ServerInfo
  /** Milliseconds without a request, a running call or a stream after which a session expires. */
  idleMs?: number
  /** How many there may be; beyond it one of the caller that has most gives way, idle for longest. */
  max?: number
  /** Milliseconds between looks for expired sessions. */
  sweepMs?: number
  /** Milliseconds that a call goes on after the stream of its answer was lost. */
  goneMs?: number
}

/** Live sessions by id. Ids are random and unguessable, and still not a credential. */
export interface Sessions {
  readonly size: number
  /** Answers `initialize`. Rejects with `RpcError` when its parameters make no sense. */
  open(endpoint: Endpoint, caller: string, params: JsonObject): Promise<Opened>
  /** A session of this caller on this endpoint; another's id is as unknown as none. */
  get(id: string, endpoint: Endpoint, caller: string): Session | undefined
  countWhere(test: (session: Session) => boolean): number
  endWhere(test: (session: Session) => boolean): void
  /** Ends the streams of what belongs to no request; the sessions go on. */
  endListening(): void
  close(): void
}

type Opened = { session: Session; result: JsonObject }

export function openSessions(options: SessionsOptions): Sessions {
  const { serverInfo, idleMs = 30 * 60_000, max = 10_000, sweepMs = 30_000 } = options
  const { goneMs = 60_000 } = options
  const sessions = new Map<string, Session>()
  const parts = {
    ...options,
    goneMs,
    onEnd(session: Session) {
      sessions.delete(session.id)
      options.onEnd(session)
    },
  }
  const sweep = setInterval(() => endWhere((session) => session.idleMs > idleMs), sweepMs)
  sweep.unref()

  function endWhere(test: (session: Session) => boolean): void {
    for (const session of [...sessions.values()].filter(test)) session.end()
  }

  function makeRoom(): void {
    if (sessions.size < max) return
    const byCaller = Map.groupBy(sessions.values(), ({ caller }) => caller)
    const most = highest(byCaller.values(), (own) => own.length) ?? []
    highest(most, (session) => session.idleMs)?.end()
  }

  return {
    get size() {
      return sessions.size
    },
    async open(endpoint, caller, params) {
      const protocolVersion = negotiate(params.protocolVersion)
      const { capabilities, clientInfo } = params
      const info = isObject(clientInfo) ? clientInfo : undefined
      const hello = await endpoint.hello(info)
      // It may have been deleted meanwhile: its sessions have ended already.
      if (endpoint.isGone) throw new RpcError(RpcCode.invalidRequest, 'The endpoint is gone')
      makeRoom()
      const client = { info, capabilities: isObject(capabilities) ? capabilities : {} }
      const opening = { endpoint, caller, client, protocolVersion, hello }
      const session = new Session(opening, parts)
      sessions.set(session.id, session)
      return { session, result: { protocolVersion, ...hello, serverInfo } }
    },
    get(id, endpoint, caller) {
      const session = sessions.get(id)
      return session?.endpoint === endpoint && session.caller === caller ? session : undefined
    },
    countWhere: (test) => sessions.values().filter(test).toArray().length,
    endWhere,
    endListening() {
      for (const session of sessions.values()) session.endListening()
    },
    close() {
      clearInterval(sweep)
      endWhere(() => true)
    },
  }
}

/** The first of those for which it is highest. */
function highest<T>(all: Iterable<T>, by: (one: T) => number): T | undefined {
  let best: { one: T; value: number } | undefined
  for (const one of all) {
    const value = by(one)
    if (!best || value > best.value) best = { one, value }
  }
  return best?.one
}

/** A version that we speak is agreed to; for any other we propose our newest (lifecycle section). */
function negotiate(requested: unknown): string {
  if (typeof requested !== 'string') {
    throw new RpcError(RpcCode.invalidParams, 'protocolVersion is missing or not a string')
  }
  return LEGACY_VERSIONS.find((version) => version === requested) ?? LEGACY_VERSIONS[0]
}
