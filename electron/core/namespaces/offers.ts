import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import type { ItemRule, Namespace, NewTools, ToolRule } from '../../../shared/namespace.ts'
import type {
  FoundTool,
  NamespaceOffer,
  NamespaceSummary,
  OfferedServer,
  Why,
} from '../../../shared/offer.ts'
import { AppError } from '../errors.ts'
import { noSuchNamespace } from './namespace-rows.ts'
import { newcomersOf, type Pins } from './pins.ts'
import type { NamespaceStore } from './store.ts'
import { explain, type WhyFacts } from './why.ts'

type NamedServer = { id: string; name: string; enabled: boolean }

/** What an offer is made of; everything is read from memory. */
export type OfferSources = {
  namespaces: Pick<NamespaceStore, 'get' | 'list' | 'pins'>
  servers(): readonly NamedServer[]
  server(id: string): NamedServer | undefined
  /** A value that is replaced, not changed, when a server offers something else. */
  catalog(serverId: string): ServerCatalog | null
  status(serverId: string): WhyFacts['state']
  endpoints(): readonly Endpoint[]
  /** Another number once what tools cost is known better. */
  rounds(): number
  /** Names of the keys that are on and open the endpoint. */
  keysFor(endpointId: string): string[]
  /** Whether everything is paused. */
  isPaused(): boolean
  /** Made of the parts that answer a client's lists. */
  describe(
    view: {
      prefix: boolean
      servers: { id: string; name: string; on: boolean; enabled: boolean; newTools: NewTools }[]
      rules: readonly ToolRule[]
      items: readonly ItemRule[]
      trust: { holdsChanged: boolean; pins: Pins['tools'] }
    },
    catalogOf: (serverId: string) => ServerCatalog | null,
  ): Omit<OfferedServer, 'newTools'>[]
}

export interface Offers {
  /**
   * What a namespace offers and hides. Without `prefix`, names are as most of its endpoints show
   * them. Throws `not-found`.
   */
  offer(id: string, prefix?: boolean): NamespaceOffer
  /** Of every namespace, in order of their names. */
  summaries(): NamespaceSummary[]
  /**
   * Why clients see a tool, or do not: on the endpoint that is named, else on the first one of the
   * namespace that is named, else on the endpoint `default` or the first. Throws `not-found`.
   */
  why(question: WhyQuestion): Why
  /** Tools of any server whose name, with the server's before it, has the text in it. */
  findTools(text: string, limit: number): FoundTool[]
}

type WhyQuestion = {
  endpointId?: string | undefined
  namespaceId?: string | undefined
  serverId: string
  tool: string
}

export function openOffers(sources: OfferSources): Offers {
  const counted = new Map<string, { made: readonly unknown[]; summary: NamespaceSummary }>()

  const offerOf = (namespace: Namespace, prefix?: boolean) => offerIn(sources, namespace, prefix)

  /** Counted again only when something that it is made of was replaced. */
  function summaryOf(namespace: Namespace): NamespaceSummary {
    const before = counted.get(namespace.id)
    const ids = namespace.servers.map((member) => member.serverId)
    const made = [
      namespace,
      sources.namespaces.pins(namespace.id),
      sources.rounds(),
      ...sources.endpoints(),
      ...ids.flatMap((id) => [sources.server(id), sources.catalog(id)]),
    ]
    const isSame =
      before?.made.length === made.length && made.every((one, at) => one === before.made[at])
    if (before && isSame) return before.summary
    const summary = summarise(offerOf(namespace))
    counted.set(namespace.id, { made, summary })
    return summary
  }

  return {
    offer(id, prefix) {
      const namespace = sources.namespaces.get(id)
      if (!namespace) throw noSuchNamespace(id)
      return offerOf(namespace, prefix)
    },
    summaries() {
      const namespaces = sources.namespaces.list()
      const ids = new Set(namespaces.map((namespace) => namespace.id))
      for (const id of counted.keys()) if (!ids.has(id)) counted.delete(id)
      return namespaces.map(summaryOf)
    },
    why: (question) => whyOf(sources, question, offerOf),
    findTools: (text, limit) => findTools(sources.servers(), sources.catalog, { text, limit }),
  }
}

function offerIn(sources: OfferSources, namespace: Namespace, prefix?: boolean): NamespaceOffer {
  const { id, name, enabled, newTools, changedTools } = namespace
  const seenBy = sources
    .endpoints()
    .filter((endpoint) => endpoint.namespaceId === id)
    .map((one) => ({ id: one.id, name: one.name, enabled: one.enabled, prefix: one.prefix }))
  const bare = seenBy.filter((endpoint) => !endpoint.prefix).length
  const named = prefix ?? bare * 2 <= seenBy.length
  const servers = serversIn(sources, namespace, named)
  return { id, name, enabled, prefix: named, newTools, changedTools, servers, seenBy }
}

function serversIn(
  sources: OfferSources,
  namespace: Namespace,
  prefix: boolean,
): NamespaceOffer['servers'] {
  const pins = sources.namespaces.pins(namespace.id)
  const members = namespace.servers.flatMap((member) => {
    const server = sources.server(member.serverId)
    const newTools = newcomersOf(namespace, member, pins)
    return server ? [{ ...pick(server), on: member.enabled, newTools }] : []
  })
  const { tools: rules, items } = namespace
  const trust = { holdsChanged: namespace.changedTools === 'block', pins: pins.tools }
  const view = { prefix, servers: members, rules, items, trust }
  const own = new Map(namespace.servers.map((member) => [member.serverId, member.newTools]))
  return sources
    .describe(view, (serverId) => sources.catalog(serverId))
    .map((server) => ({ ...server, newTools: own.get(server.id) ?? null }))
}

type OfferOf = (namespace: Namespace, prefix?: boolean) => NamespaceOffer

function whyOf(
  sources: OfferSources,
  { serverId, tool, ...where }: WhyQuestion,
  offerOf: OfferOf,
): Why {
  const { namespace, endpoint } = placeOf(sources, where)
  const tools = sources.catalog(serverId)?.tools
  return explain({
    ...{ serverId, tool, namespace, endpoint },
    server: sources.server(serverId),
    state: sources.status(serverId),
    serverTools: tools ? tools.map((one) => String(one.name)) : null,
    offer: offerOf(namespace, endpoint?.prefix),
    keys: endpoint ? sources.keysFor(endpoint.id) : [],
    isPaused: sources.isPaused(),
  })
}

/** Those that begin with the text come first. */
function findTools(
  servers: readonly NamedServer[],
  catalogOf: OfferSources['catalog'],
  { text, limit }: { text: string; limit: number },
): FoundTool[] {
  const sought = text.toLowerCase()
  const found = servers.flatMap(({ id: serverId, name: server }) => {
    const tools = (catalogOf(serverId)?.tools ?? []).map((one) => String(one.name))
    return tools.flatMap((tool) => {
      const at = `${server}__${tool}`.toLowerCase().indexOf(sought)
      const own = tool.toLowerCase().indexOf(sought)
      return at < 0 ? [] : [{ serverId, server, tool, rank: own === 0 ? 0 : own > 0 ? 1 : 2 }]
    })
  })
  found.sort((a, b) => a.rank - b.rank)
  return found.slice(0, limit).map(({ rank: _, ...one }) => one)
}

function placeOf(
  { namespaces, endpoints }: OfferSources,
  { endpointId, namespaceId }: Pick<WhyQuestion, 'endpointId' | 'namespaceId'>,
): Pick<WhyFacts, 'namespace' | 'endpoint'> {
  const all = endpoints()
  const named = all.find((one) => one.id === endpointId)
  if (endpointId !== undefined && !named) {
    throw new AppError('not-found', `There is no endpoint with the id "${endpointId}".`)
  }
  if (namespaceId !== undefined && !named) {
    const namespace = namespaces.get(namespaceId)
    if (!namespace) throw noSuchNamespace(namespaceId)
    const own = all.filter((one) => one.namespaceId === namespaceId)
    return { namespace, endpoint: own.find((one) => one.enabled) ?? own[0] }
  }
  const endpoint = named ?? all.find((one) => one.name === 'default') ?? all[0]
  const namespace = endpoint ? namespaces.get(endpoint.namespaceId) : namespaces.list()[0]
  if (!namespace) throw new AppError('not-found', 'There is no namespace yet.')
  return { namespace, endpoint }
}

function summarise({ id, name, enabled, servers, seenBy }: NamespaceOffer): NamespaceSummary {
  const on = servers.filter((server) => server.on && server.enabled)
  const tools = on.flatMap((server) => server.tools.filter((tool) => tool.hiddenBy === null))
  return {
    ...{ id, name, enabled },
    servers: servers.length,
    serversOn: on.length,
    unseen: on.filter((server) => !server.seen).length,
    tools: tools.length,
    tokens: tools.reduce((sum, tool) => sum + tool.tokens, 0),
    prompts: on.flatMap((server) => server.prompts.filter((one) => one.hiddenBy === null)).length,
    resources: on.flatMap((server) =>
      server.resources.filter((one) => one.hiddenBy === null && one.lostTo === null),
    ).length,
    endpoints: seenBy.map((endpoint) => endpoint.name),
  }
}

function pick({ id, name, enabled }: NamedServer): NamedServer {
  return { id, name, enabled }
}
