import type { Discovery, RateLimit } from '../../../shared/endpoint.ts'
import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import type { Holds } from '../held-call.ts'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import type { Tracer } from '../tracer.ts'
import { mergeCaching, type Caching } from './caching.ts'
import { isListMethod, LIST_KINDS, type Call, type ListKind, type ListMethod } from './call.ts'
import { assemble, type AssembledView } from './assemble.ts'
import type { Catalog, LostUri } from './catalog.ts'
import type { Catalogs } from './catalogs.ts'
import type { ClientInfo, DiscoveryParts } from './discovery/discovery.ts'
import { costOf, openFinding, type Finding, type ToolCost } from './discovery/finding.ts'
import { maybeSearch } from './discovery/own-tools.ts'
import { openToolSearch, type ToolSearch } from './discovery/tool-search.ts'
import { forward, type ForwardParts } from './forward.ts'
import { composeHello, introduce, type Hello } from './hello.ts'
import type { Memory } from './middleware/memory.ts'
import type { Middlewares } from './middleware/middlewares.ts'
import type { IsToolOn } from './middleware/places.ts'
import { observed, type Observer } from './observer.ts'
import type { Pages } from './pages.ts'
import { makePipeline } from './pipeline.ts'
import { traced } from './traced.ts'
import { UnknownName } from './unknown.ts'

/** An endpoint and its namespace as the gateway needs them: a value, replaced when it changes. */
export type EndpointView = AssembledView & {
  id: string
  name: string
  auth: { apiKey: boolean; oauth: boolean; queryParam: boolean }
  /** The namespace's own, outermost first; they stand within `overrides` and `filter`. */
  middleware: readonly MiddlewareEntry[]
  /** How clients find tools; where people look by hand, all are listed. */
  discovery?: Discovery
  /** What clients may ask in a minute; nothing is limited where people look by hand. */
  rateLimit?: RateLimit | null
}

/** A server that makes up new URIs all the time must not fill the log, nor the memory. */
const MAX_TOLD = 1_000

/** What one endpoint offers at this moment: lists, names and the pipeline, built once per change. */
type Offer = Finding & {
  hello: Hello
  lostUris: readonly LostUri[]
  isResourceOff: Catalog['isResourceOff']
  isToolOn: IsToolOn
  told: (notification: RpcNotification) => RpcNotification
}

export type EndpointParts = ForwardParts & {
  catalogs: Catalogs
  middlewares: Middlewares
  discovery: DiscoveryParts
  holds: Holds
  memory: Memory
  pages: Pages
  log: Logger
  /** Told of what clients do here; nobody takes notes of visits that a person makes by hand. */
  observer?: Observer | undefined
  /** Tells of each call outside, as `observer` here. */
  tracer?: Tracer | undefined
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
  readonly #search = openToolSearch()
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

  get rateLimit(): RateLimit | null {
    return this.#view.rateLimit ?? null
  }

  get serverIds(): string[] {
    return this.#view.servers.filter((server) => server.on).map((server) => server.id)
  }

  get isResourceOff(): Catalog['isResourceOff'] | null {
    const isOff = this.#view.items.some(({ kind, enabled }) => kind !== 'prompt' && !enabled)
    return isOff ? this.#current().isResourceOff : null
  }

  /** Relays one request through the namespace's middlewares. Rejects with `RpcError`. */
  async handle(call: Call): Promise<JsonObject> {
    const { pages, observer, tracer } = this.#parts
    const from = pages.start(call)
    const relay = traced(tracer, this.#relay)
    const result = await (observer ? observed(observer, call, relay) : relay(call))
    return pages.cut(call, result, from)
  }

  /** What a server tells a client of its own accord, without what the namespace hides. */
  told(notification: RpcNotification): RpcNotification {
    return this.#current().told(notification)
  }

  /** A tool's definition as clients see it. */
  async tool(name: string): Promise<JsonObject | undefined> {
    return (await this.#current().tools()).get(name)
  }

  /** How many tools clients can call. */
  async toolCount(): Promise<number> {
    await this.#parts.catalogs.settled(this.serverIds)
    return (await this.#current().tools()).size
  }

  /** What its tools cost a client's model, in tokens: those in the list, and all. */
  cost(): Promise<ToolCost> {
    return costOf(this.#current(), this.name, this.#parts.discovery.tokens)
  }

  get observer(): Observer | undefined {
    return this.#parts.observer
  }

  /** How long a list may be kept: as short as the part that may be kept for the shortest time. */
  caching(method: ListMethod): Caching {
    const { catalogs } = this.#parts
    const caching = mergeCaching(this.serverIds.map((id) => catalogs.caching(id, method)))
    // Clients that search by themselves see another list.
    const isOne = this.#view.discovery?.mode !== 'auto' || method !== 'tools/list'
    return isOne ? caching : { ...caching, cacheScope: 'private' }
  }

  readonly #relay = async (call: Call): Promise<JsonObject> => {
    const { catalogs } = this.#parts
    const isSearch = call.method === 'tools/call' && maybeSearch(call.params.name)
    const list = isSearch ? 'tools/list' : call.method
    if (isListMethod(list)) {
      await catalogs.settled(this.serverIds)
      catalogs.revalidate(this.serverIds, list)
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

  /** What it says of itself, to a client that says that much of itself. */
  async hello(info?: ClientInfo): Promise<Hello> {
    await this.#parts.catalogs.settled(this.serverIds)
    const { hello, introduction } = this.#current()
    return introduce(hello, await introduction(info))
  }

  /** Takes a new definition; live sessions hear of it if their lists are different now. */
  update(view: EndpointView): void {
    const before = this.#view
    this.#view = view
    this.#offer = null
    for (const session of this.sessions) session.holdServers()
    if (!sameJson(listed(before), listed(view))) return this.#tell(LIST_KINDS)
    if (!sameJson(ofTools(before), ofTools(view)) || this.#holdsOthers(before))
      this.#tell(['tools'])
    if (!sameJson(before.items, view.items)) this.#tell(['prompts', 'resources'])
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
      const isToolOn: IsToolOn = (origin) => this.#current().isToolOn(origin)
      const parts = { ...this.#parts, search: this.#search, isToolOn }
      this.#offer = makeOffer(this.#view, parts, this.#keeper())
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

type OfferParts = EndpointParts & { search: ToolSearch; isToolOn: IsToolOn }

function makeOffer(view: EndpointView, partsOf: OfferParts, keeper: Keeper): Offer {
  const { catalogs, middlewares, holds, memory, log, isToolOn } = partsOf
  const assembly = assemble(view, (id) => catalogs.get(id))
  const { parts, catalog, rules } = assembly
  const around = { middlewares, holds, memory, log, isToolOn, keeper }
  const { around: pipeline, told } = makePipeline(view, assembly, around)
  const live = parts.flatMap(({ server, on: isOn, catalog: own }) =>
    isOn && own ? [{ server, catalog: own }] : [],
  )
  const { lostUris, isResourceOff } = catalog
  return {
    // Around everything: what is searched is what would be listed.
    ...openFinding(view, partsOf, pipeline(forward(catalog, partsOf))),
    hello: composeHello(
      live,
      parts.some((part) => part.on && !part.catalog),
    ),
    ...{ lostUris, isResourceOff, told },
    isToolOn: ({ serverId, name: tool }) =>
      rules.isServerOn(serverId) && rules.isToolOn(serverId, tool),
  }
}

/** What may change any of the lists. */
function listed({ prefix, servers, middleware }: EndpointView) {
  return [prefix, servers.map(({ newTools: _, ...server }) => server), middleware]
}

/** What may change the list of tools alone. */
function ofTools({ rules, discovery }: EndpointView) {
  return [rules, discovery]
}

function sameTrust(a: EndpointView, b: EndpointView): boolean {
  const rules = ({ servers, trust }: EndpointView) => [
    trust.holdsChanged,
    servers.map(({ newTools }) => newTools),
  ]
  return a.trust.pins === b.trust.pins && sameJson(rules(a), rules(b))
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
