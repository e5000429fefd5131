import { ServerDown, type Ask, type Connection, type Tenant } from '../connections/connection.ts'
import { HttpRefusal } from '../connections/http-failure.ts'
import type { Pools } from '../connections/pools.ts'
import type { Lease } from '../connections/shared-connection.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import { argumentHeaders } from '../request-headers.ts'
import type { Call } from './call.ts'
import type { Origin } from './catalog.ts'
import type { Catalogs } from './catalogs.ts'
import { answerInputs } from './input-loop.ts'
import type { LogLevels, McpLogLevel } from './log-levels.ts'
import { asOrdinary } from './ordinary.ts'
import type { Parking } from './parking.ts'
import { missingFor } from './questions.ts'
import { checkResultType, MULTI_ROUND } from './result-type.ts'
import type { CarriedState, StateSeal } from './sealed-state.ts'
import type { TaskHandles } from './task-handles.ts'
import type { UrlElicitations } from './url-elicitations.ts'
import { tracedRequest } from './traced.ts'
import { urlsRequired } from './url-required.ts'

export type RelayParts = {
  pools: Pools
  catalogs: Catalogs
  levels: LogLevels
  parking: Parking
  seal: StateSeal
  tasks: TaskHandles
  elicitations: UrlElicitations
  /** Whether a server's words come on the stream of the request that they are about. */
  tellsByStream: (serverId: string) => boolean
}

/** From which level on a modern server logs for a legacy client that never named one. */
const DEFAULT_LEVEL: McpLogLevel = 'info'

/** Where a request goes, and for whom. */
type Place = Origin & { connection: Connection; tenant: Tenant }

/** Sends requests to servers, and bridges the eras where client and server are of different ones. */
export class Relay {
  readonly #parts: RelayParts

  constructor(parts: RelayParts) {
    this.#parts = parts
  }

  /** `call` names things as the server does. Rejects with `RpcError`. */
  send(origin: Origin, call: Call): Promise<JsonObject> {
    if (call.route) call.route.server = origin.server
    const isOneRound = call.era === 'legacy' || !MULTI_ROUND.has(call.method)
    return isOneRound ? this.#exchange(origin, call, null) : this.#sendRound(origin, call)
  }

  async #sendRound(origin: Origin, call: Call): Promise<JsonObject> {
    const { parking, seal } = this.#parts
    const { requestState } = call.params
    const state = requestState === undefined ? null : seal.open(requestState, call)
    if (state?.kind === 'parked') return parking.resume(state, call)
    if (state && state.serverId !== origin.serverId) {
      throw new RpcError(RpcCode.invalidParams, 'The requestState is of another server')
    }
    return parking.begin(call, (inner) => this.#exchange(origin, { ...call, ...inner }, state))
  }

  async #exchange(origin: Origin, call: Call, state: CarriedState | null): Promise<JsonObject> {
    for (let isAgain = false; ; isAgain = true) {
      try {
        return await this.#exchangeOnce(origin, call, state)
      } catch (error) {
        // It was refused unread: the server has forgotten our session, say over a restart.
        if (!isAgain && isSessionLost(error)) continue
        throw error instanceof ServerDown ? serverDown(error) : error
      }
    }
  }

  async #exchangeOnce(origin: Origin, call: Call, state: CarriedState | null) {
    const { tenant, giveBack } = call.borrowTenant(this.#parts.tellsByStream(origin.serverId))
    try {
      const lease = await this.#lease(origin.serverId, call.signal, tenant)
      try {
        const place = { ...origin, connection: lease.connection, tenant }
        const { era } = lease.connection
        const ordinary = asOrdinary(call, era)
        if (era === 'modern') return await this.#askModern(place, ordinary, state)
        return await this.#askLegacy(place, ordinary)
      } finally {
        lease.release()
      }
    } finally {
      giveBack()
    }
  }

  #lease(serverId: string, signal: AbortSignal, tenant: Tenant): Lease | Promise<Lease> {
    const { pools } = this.#parts
    signal.throwIfAborted()
    return pools.leaseNow(serverId, tenant) ?? pools.lease(serverId, signal, tenant)
  }

  async #askLegacy(place: Place, call: Call): Promise<JsonObject> {
    const { connection, serverId, tenant } = place
    const { method, signal, owner, notify, logLevel } = call
    const params = withoutRounds(call.params)
    if (logLevel) this.#parts.levels.prepare(connection, logLevel)
    const { elicitations, seal } = this.#parts
    const ask: Ask = (question, asking) => {
      elicitations.asked(serverId, question, tenant)
      return labelled(call.ask, place)(question, asking)
    }
    try {
      return await tracedRequest({ place, call, params }, (carried) =>
        connection.request(method, carried, { signal, owner, notify, ask }),
      )
    } catch (error) {
      elicitations.demanded(serverId, error, tenant)
      if (call.era === 'legacy') throw error
      if (!MULTI_ROUND.has(method)) throw error
      return urlsRequired(error, call, () => seal.seal({ kind: 'again', serverId }, call))
    }
  }

  async #askModern(place: Place, call: Call, state: CarriedState | null): Promise<JsonObject> {
    if (call.era === 'legacy') {
      const asking = { ...call, ask: labelled(call.ask, place) }
      const request = (params: JsonObject) => this.#requestModern(place, { ...call, params })
      return inLegacyWords(call, () => answerInputs(asking, request))
    }
    const { requestState: _, ...rest } = call.params
    const params = state?.kind === 'server' ? { ...rest, requestState: state.state } : rest
    const result = await this.#requestModern(place, { ...call, params })
    return this.#forModernClient(place, call, result)
  }

  /** With the headers that a tool asks for, and once more with newer ones if they were wrong. */
  async #requestModern(place: Place, call: Call): Promise<JsonObject> {
    const { connection, serverId } = place
    const { method, params, signal, owner, notify, client } = call
    const fallback = call.era === 'legacy' ? DEFAULT_LEVEL : undefined
    const options = { signal, owner, notify, client, logLevel: call.logLevel ?? fallback }
    const request = () => {
      const headers = method === 'tools/call' ? this.#headersOf(place, params) : {}
      return tracedRequest({ place, call, params }, (carried) =>
        connection.request(method, carried, { ...options, headers }),
      )
    }
    try {
      return checkResultType(place.server, call, await request())
    } catch (error) {
      const isMismatch = error instanceof RpcError && error.code === RpcCode.headerMismatch
      if (!isMismatch || method !== 'tools/call') throw error
      await this.#parts.catalogs.learn(serverId, connection, new Set(['tools']))
      return checkResultType(place.server, call, await request())
    }
  }

  #headersOf({ serverId, name }: Origin, params: JsonObject): Record<string, string> {
    const tools = this.#parts.catalogs.get(serverId)?.tools ?? []
    const schema = tools.find((tool) => tool.name === name)?.inputSchema
    return argumentHeaders(schema, params.arguments)
  }

  #forModernClient({ serverId, server }: Origin, call: Call, result: JsonObject): JsonObject {
    const { seal, tasks } = this.#parts
    const { resultType, requestState, taskId } = result
    if (resultType === 'input_required') {
      requireInputs(call, result.inputRequests)
      const asked = labelledInputs(result, server)
      if (typeof requestState !== 'string') return asked
      const state = { kind: 'server' as const, serverId, state: requestState }
      return { ...asked, requestState: seal.seal(state, call) }
    }
    const isTask = resultType === 'task' || call.method.startsWith('tasks/')
    if (!isTask || typeof taskId !== 'string') return result
    const handle = tasks.handleOf({ serverId, taskId }, call.caller)
    return { ...labelledInputs(result, server), taskId: handle }
  }
}

/** Without what clients of the modern era carry from one round of a call to the next. */
function withoutRounds(params: JsonObject): JsonObject {
  if (params.inputResponses === undefined && params.requestState === undefined) return params
  const { inputResponses: _, requestState: __, ...others } = params
  return others
}

/** Throws -32021 when the server asks what the client cannot answer: the client must not see it. */
function requireInputs({ client }: Call, requests: unknown): void {
  for (const request of isObject(requests) ? Object.values(requests).filter(isObject) : []) {
    const { method, params } = request
    if (typeof method !== 'string') continue
    const question = { method, params: isObject(params) ? params : undefined }
    const requiredCapabilities = missingFor(client, question)
    if (requiredCapabilities === null) continue
    const text = 'Missing required client capability'
    throw new RpcError(RpcCode.missingCapability, text, { requiredCapabilities })
  }
}

/** A person must be able to see which server wants something of them (2025-11-25, "Elicitation"). */
function labelled(ask: Ask, { server }: Origin): Ask {
  return (question, options) => ask(withServer(question, server), options)
}

function labelledInputs(result: JsonObject, server: string): JsonObject {
  if (!isObject(result.inputRequests)) return result
  const requests = Object.entries(result.inputRequests).map(([key, request]) => [
    key,
    isObject(request) ? withServer(request, server) : request,
  ])
  return { ...result, inputRequests: Object.fromEntries(requests) as JsonObject }
}

const SHOWN_TO_PEOPLE: ReadonlySet<unknown> = new Set([
  'elicitation/create',
  'sampling/createMessage',
])

function withServer<Q extends { method?: unknown; params?: unknown }>(question: Q, server: string) {
  if (!SHOWN_TO_PEOPLE.has(question.method)) return question
  const params = isObject(question.params) ? question.params : {}
  const meta = isObject(params._meta) ? params._meta : {}
  return { ...question, params: { ...params, _meta: { ...meta, 'metamcp/server': server } } }
}

/** What only the modern era says is left out, and an unknown resource has its old code. */
async function inLegacyWords(call: Call, work: () => Promise<JsonObject>): Promise<JsonObject> {
  try {
    const { resultType, ...result } = await work()
    return resultType === undefined || resultType === 'complete'
      ? result
      : { resultType, ...result }
  } catch (error) {
    const isRead = call.method === 'resources/read' || call.method === 'resources/subscribe'
    const isUnknown = error instanceof RpcError && error.code === RpcCode.invalidParams
    if (!isRead || !isUnknown) throw error
    throw new RpcError(RpcCode.resourceNotFound, error.message, error.data)
  }
}

function isSessionLost(error: unknown): boolean {
  const cause = error instanceof ServerDown ? error.cause : undefined
  return cause instanceof HttpRefusal && cause.status === 404
}

/** What a client is told of it. */
export function serverDown({ server, reason }: ServerDown): RpcError {
  return new RpcError(RpcCode.internalError, `${server}: ${reason}`, { server, reason })
}
