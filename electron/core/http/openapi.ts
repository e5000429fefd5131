import type { IncomingMessage } from 'node:http'
import { messageOf } from '../errors.ts'
import { cancelled } from '../gateway/answer.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { unknownTool } from '../gateway/unknown.ts'
import {
  isObject,
  MetaKey,
  MODERN_VERSIONS,
  RpcCode,
  RpcError,
  type JsonObject,
} from '../json-rpc.ts'
import { withTraceOf } from '../trace-context.ts'
import type { AdmissionOptions } from './admission.ts'
import { readArguments } from './body.ts'
import type { Exchange } from './exchange.ts'
import { refusalOf, sendResult } from './openapi-answer.ts'
import { openApiDocument, takesArguments, type TokenPlace } from './openapi-document.ts'
import type { RateLimits } from './rate-limits.ts'
import { refuse, sendJson } from './refusal.ts'
import { clientOf } from './user-agent.ts'

type OpenApiOptions = Pick<AdmissionOptions, 'challenge'> & {
  gateway: Gateway
  limits: RateLimits
  maxBodyBytes: number
  version: string
  /** Where clients reach us, without a slash at its end. */
  url: string
  wellKnown: (path: string) => object | null
}

/** A server that wants to be called once more, always, must end somewhere. */
const MAX_ROUNDS = 100
/** A list of more pages than this is cut. */
const MAX_PAGES = 100

/**
 * The tools of an endpoint for programs that know HTTP and nothing of MCP: a document that describes
 * them, and an address for each. They go the way of requests of the modern era, since nothing is
 * kept between two; nobody can be asked anything.
 */
export class OpenApi {
  readonly #options: OpenApiOptions

  constructor(options: OpenApiOptions) {
    this.#options = options
  }

  /** GET: the document. Rejects with `HttpRefusal`. */
  async describe(exchange: Exchange): Promise<void> {
    const { request, response, endpoint } = exchange
    if (request.method !== 'GET') throw refuse(405, 'This is for reading', { allow: 'GET' })
    const { url, version } = this.#options
    const { instructions } = await endpoint.hello(clientOf(request))
    const tools = await this.#tools(exchange)
    const body = openApiDocument({
      ...{ address: endpoint.name, version, instructions, tools, auth: endpoint.auth },
      url: `${url}/metamcp/${endpoint.name}/api`,
      oauth: this.#tokenPlace(endpoint),
    })
    if (!response.destroyed) sendJson(response, { status: 200, body })
  }

  /** POST, and GET of what only reads and takes nothing: calls a tool. Rejects with `HttpRefusal`. */
  async call(exchange: Exchange, part: string): Promise<void> {
    const name = nameIn(part)
    const { method } = exchange.request
    const isRead = method === 'GET'
    if (isRead) await requireReader(exchange, name)
    else if (method !== 'POST') {
      throw refuse(405, `${method} is not a method of this address`, { allow: 'POST, GET' })
    }
    const given = isRead ? {} : await readArguments(exchange.request, this.#options.maxBodyBytes)
    if (!isObject(given)) throw refuse(400, 'The body is not an object with the arguments')
    // A body may take minutes to come, and a key be revoked in that time.
    exchange.checkAgain()
    const params = { name, arguments: given }
    await this.#options.limits.take(useOf(exchange), { method: 'tools/call', params })
    const result = await this.#ask(exchange, 'tools/call', params)
    sendResult(exchange.response, result)
  }

  async #tools(exchange: Exchange): Promise<JsonObject[]> {
    const tools: JsonObject[] = []
    let cursor: unknown
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const params = cursor === undefined ? {} : { cursor }
      const result = await this.#ask(exchange, 'tools/list', params)
      if (Array.isArray(result.tools)) tools.push(...result.tools.filter(isObject))
      cursor = result.nextCursor
      if (cursor === undefined) break
    }
    return tools
  }

  async #ask(exchange: Exchange, method: string, params: JsonObject): Promise<JsonObject> {
    const { response } = exchange
    const controller = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(cancelled('the client left'))
    })
    try {
      return await this.#toTheEnd(exchange, { method, params, controller })
    } catch (error) {
      // It was let in when it began.
      if (controller.signal.aborted) throw refuse(403, messageOf(controller.signal.reason))
      throw refusalOf(error)
    }
  }

  /** Calls again what asks for nothing but that. */
  async #toTheEnd(exchange: Exchange, asked: Asked): Promise<JsonObject> {
    const { endpoint, caller } = exchange
    const { headers } = exchange.request
    const traced = withTraceOf(headers, { ...asked.params, _meta: envelopeOf(exchange.request) })
    let state: JsonObject = {}
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const params = { ...traced, ...state }
      const call = { ...asked, id: round, endpoint, caller, params, notify: () => {} }
      const result = await this.#options.gateway.modern(call).catch((error: unknown) => {
        throw refusalOf(error, round > 0)
      })
      if (result.resultType !== 'input_required') return result
      const { inputRequests, requestState } = result
      if (isObject(inputRequests) && Object.keys(inputRequests).length > 0) throw nobodyToAsk()
      state = requestState === undefined ? {} : { requestState }
    }
    throw new RpcError(RpcCode.internalError, `The server asked for more ${MAX_ROUNDS} times`)
  }

  #tokenPlace(endpoint: Endpoint): TokenPlace | null {
    const { challenge, wellKnown } = this.#options
    const scope = challenge(endpoint, 'mcp')?.scope
    const known = scope === undefined ? null : wellKnown('/.well-known/oauth-authorization-server')
    if (scope === undefined || !isObject(known)) return null
    const { authorization_endpoint: authorizationUrl, token_endpoint: tokenUrl } = known
    if (typeof authorizationUrl !== 'string' || typeof tokenUrl !== 'string') return null
    return { authorizationUrl, tokenUrl, scope }
  }
}

type Asked = { method: string; params: JsonObject; controller: AbortController }

function useOf({ endpoint, caller, request }: Exchange) {
  return { endpoint, caller, client: { info: clientOf(request) } }
}

/** As a modern client that can be asked nothing. */
function envelopeOf(request: IncomingMessage): JsonObject {
  return {
    [MetaKey.protocolVersion]: MODERN_VERSIONS[0],
    [MetaKey.clientCapabilities]: {},
    [MetaKey.clientInfo]: clientOf(request),
  }
}

/**
 * Throws `HttpRefusal` for a tool that may do more than read, or has to be told something. A page of
 * others can have a browser send a GET, for a picture say, that does not say where it comes from.
 */
async function requireReader({ request, endpoint }: Exchange, name: string): Promise<void> {
  const tool = (await endpoint.tool(name)) ?? (await toolOfNewServer(endpoint, name))
  if (!tool) throw refusalOf(unknownTool(name))
  const { annotations, inputSchema } = tool
  const isReader = isObject(annotations) && annotations.readOnlyHint === true
  if (!isReader || takesArguments(inputSchema)) {
    throw refuse(405, 'This tool is called by POST', { allow: 'POST' })
  }
  const { 'sec-fetch-site': site = 'none', origin } = request.headers
  const isOfOthers = site !== 'none' && site !== 'same-origin'
  if (isOfOthers && origin === undefined) {
    throw refuse(403, 'Web pages of other origins may not call this server.')
  }
}

/** It may be of a server that is just being asked for the first time. */
async function toolOfNewServer(endpoint: Endpoint, name: string): Promise<JsonObject | undefined> {
  const count = await endpoint.toolCount()
  return count > 0 ? endpoint.tool(name) : undefined
}

function nobodyToAsk(): RpcError {
  const text = 'The server asks for something that only a person at a client of MCP can answer'
  return new RpcError(RpcCode.missingCapability, text)
}

function nameIn(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw refuse(404, 'There is nothing at this address')
  }
}
