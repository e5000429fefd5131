import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { mergeCaching, type Caching } from './caching.ts'
import {
  isListMethod,
  LIST_KINDS,
  ownCall,
  type Call,
  type Handler,
  type ListKind,
  type ListMethod,
} from './call.ts'
import { assemble, type AssembledView } from './assemble.ts'
import type { LostUri } from './catalog.ts'
import type { Catalogs } from './catalogs.ts'
import { compose } from './compose.ts'
import { forward, type ForwardParts } from './forward.ts'
import { composeHello, type Hello } from './hello.ts'
import { filter } from './middleware/filter.ts'
import type { MiddlewarePlace } from './middleware/kind.ts'
import type { Middlewares } from './middleware/middlewares.ts'
import { overrides, presentTools } from './middleware/overrides.ts'
import { observed, type Observer } from './observer.ts'
import type { Pages } from './pages.ts'
import { UnknownName } from './unknown.ts'

/** An endpoint and its namespace as the gateway needs them: a value, replaced when it changes. */
export type EndpointView = AssembledView & {
  id: string
  name: string
  auth: { apiKey: boolean; oauth: boolean; queryParam: boolean }
  /** The namespace's own, outermost first; they stand within `overrides` and `filter`. */
  middleware: readonly MiddlewareEntry[]
}

/** A server that makes up new URIs all the time must not fill the log, nor the memory. */
const MAX_TOLD = 1_000

/** What one endpoint offers at this moment: lists, names and the pipeline, built once per change. */
type Offer = {
  handle: Handler
  hello: Hello
  lostUris: readonly LostUri[]
  /** Tools as clients see them, by name; made when first asked for. */
  tools?: Promise<Map<unknown, JsonObject>>
}

export type EndpointParts = ForwardParts & {
  catalogs: Catalogs
  middlewares: Middlewares
  pages: Pages
  log: Logger
  /** Told of what clients do here; nobody takes notes of visits that a person makes by hand. */
  observer?: Observer | undefined
}

type Keeper = (entry: string, make: () => unknown) => unknown

/** What an endpoint knows of a session on it. */
export interface Visitor {
  /** The namespace's servers may be others now. */
  holdServers(): void
  listChanged(kind: ListKind): void
}

/** A public name bound to one namespace, with the sessions on it. */
export class Endpoint {
  readonly #parts: EndpointParts
  readonly sessions = new Set<Visitor>()
  /** Set when it was deleted or switched off: nothing may begin on it any more. */
  isGone = false
  #view: EndpointView
  #offer: Offer | null = null
  /** What middlewares keep while what is offered changes, by their entries. */
  #kept = new Map<string, unknown>()
  /** Collisions of URIs that the log has told of. */
  readonly #told = new Set<string>()

  constructor(view: EndpointView, parts: EndpointParts) {
    this.#view = view
    this.#parts = parts
  }

  get id(): string {
    return this.#view.id
  }

  get name(): string {
    return this.#view.name
  }

  get auth(): EndpointView['auth'] {
    return this.#view.auth
  }

  get serverIds(): string[] {
    return this.#view.servers.filter((server) => server.on).map((server) => server.id)
  }

  /** Relays one request through the namespace's middlewares. Rejects with `RpcError`. */
  async handle(call: Call): Promise<JsonObject> {
    const { pages, observer } = this.#parts
    const from = pages.start(call)
    const relay = (one: Call) => this.#relay(one)
    const result = await (observer ? observed(observer, call, relay) : relay(call))
    return pages.cut(call, result, from)
  }

  /** A tool's definition as clients see it. */
  async tool(name: string): Promise<JsonObject | undefined> {
    const offer = this.#current()
    offer.tools ??= listTools(offer.handle, this.name)
    return (await offer.tools).get(name)
  }

  /** How many tools clients see. */
  async toolCount(): Promise<number> {
    await this.#parts.catalogs.settled(this.serverIds)
    const offer = this.#current()
    offer.tools ??= listTools(offer.handle, this.name)
    return (await offer.tools).size
  }

  get observer(): Observer | undefined {
    return this.#parts.observer
  }

  /** How long a list may be kept: as short as the part that may be kept for the shortest time. */
  caching(method: ListMethod): Caching {
    const { catalogs } = this.#parts
    return mergeCaching(this.serverIds.map((id) => catalogs.caching(id, method)))
  }

  async #relay(call: Call): Promise<JsonObject> {
    const { catalogs } = this.#parts
    if (isListMethod(call.method)) {
      await catalogs.settled(this.serverIds)
      catalogs.revalidate(this.serverIds, call.method)
    }
    try {
      return await this.#current().handle(call)
    } catch (error) {
      if (!(error instanceof UnknownName)) throw error
      // It may be of a server that is just being asked for the first time.
      const hasWaited = await catalogs.settled(this.serverIds)
      if (!hasWaited) throw error
      return this.#current().handle(call)
    }
  }

  async hello(): Promise<Hello> {
    await this.#parts.catalogs.settled(this.serverIds)
    return this.#current().hello
  }

  /** Takes a new definition; live sessions hear of it if their lists are different now. */
  update(view: EndpointView): void {
    const before = this.#view
    this.#view = view
    this.#offer = null
    for (const session of this.sessions) session.holdServers()
    if (!sameJson(listed(before), listed(view))) {
      this.#tell(LIST_KINDS)
    } else if (!sameJson(before.rules, view.rules) || this.#holdsOthers(before)) {
      this.#tell(['tools'])
    }
  }

  /** Whether other tools wait now for a person. */
  #holdsOthers(before: EndpointView): boolean {
    if (sameTrust(before, this.#view)) return false
    const held = (view: EndpointView) => {
      const { parts, holdOf } = assemble(view, (id) => this.#parts.catalogs.get(id))
      return parts.map(({ serverId, catalog }) =>
        (catalog?.tools ?? []).map((tool) => holdOf(serverId, String(tool.name)) !== null),
      )
    }
    return !sameJson(held(before), held(this.#view))
  }

  catalogChanged(serverId: string, kinds: ReadonlySet<ListKind>): void {
    if (!this.#view.servers.some((server) => server.id === serverId)) return
    this.#offer = null
    this.#tell(kinds)
  }

  #tell(kinds: Iterable<ListKind>): void {
    for (const kind of kinds) {
      for (const session of this.sessions) session.listChanged(kind)
    }
  }

  #current(): Offer {
    if (!this.#offer) {
      this.#offer = makeOffer(this.#view, this.#parts, this.#keeper())
      this.#offer.lostUris.forEach((lost) => this.#logOnce(lost))
    }
    return this.#offer
  }

  /** Gives an entry what it made before; what no entry asked for is forgotten. */
  #keeper(): Keeper {
    const before = this.#kept
    this.#kept = new Map()
    return (entry, make) => {
      if (!this.#kept.has(entry)) this.#kept.set(entry, before.get(entry) ?? make())
      return this.#kept.get(entry)
    }
  }

  #logOnce({ uri, server, owner }: LostUri): void {
    const key = `${server} ${owner} ${uri}`
    if (this.#told.has(key) || this.#told.size >= MAX_TOLD) return
    this.#told.add(key)
    const facts = { endpoint: this.name, uri, server, owner }
    this.#parts.log.warn(facts, 'two servers offer one resource URI: the first in order owns it')
  }
}

function makeOffer(view: EndpointView, partsOf: EndpointParts, keeper: Keeper): Offer {
  const { catalogs, middlewares, log } = partsOf
  const { parts, catalog, rules } = assemble(view, (id) => catalogs.get(id))
  const presentation = presentTools(catalog, view.rules)
  const toolOf = ({ method, params }: Call) => {
    const isCall = method === 'tools/call' && typeof params.name === 'string'
    const tool = isCall ? catalog.listedTool(params.name as string) : undefined
    return tool && presentation.show(tool)
  }
  const own = middlewares.make(view.middleware, (entry): MiddlewarePlace => ({
    ...{ endpoint: view.name, log, toolOf },
    keep: <T>(make: () => T) => keeper(entry, make) as T,
  }))
  // In this order for everybody: what is off or has another name reaches no other middleware.
  const pipeline = compose(overrides(presentation), filter(catalog, rules), ...own)
  const live = parts.flatMap(({ server, on: isOn, catalog: own }) =>
    isOn && own ? [{ server, catalog: own }] : [],
  )
  const { lostUris } = catalog
  return {
    handle: pipeline(forward(catalog, partsOf)),
    hello: composeHello(
      live,
      parts.some((part) => part.on && !part.catalog),
    ),
    lostUris,
  }
}

/** What may change any of the lists. */
function listed({ prefix, servers, items, middleware }: EndpointView) {
  return [prefix, servers.map(({ newTools: _, ...server }) => server), items, middleware]
}

function sameTrust(a: EndpointView, b: EndpointView): boolean {
  const rules = ({ servers, trust }: EndpointView) => [
    trust.holdsChanged,
    servers.map(({ newTools }) => newTools),
  ]
  return a.trust.pins === b.trust.pins && sameJson(rules(a), rules(b))
}

async function listTools(handle: Handler, endpoint: string): Promise<Map<unknown, JsonObject>> {
  const { tools } = await handle(ownCall(endpoint, 'tools/list'))
  return new Map((Array.isArray(tools) ? tools : []).filter(isObject).map((one) => [one.name, one]))
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
