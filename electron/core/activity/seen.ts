import type { KeyUse, SeenClient } from '../../../shared/activity.ts'
import { OF_INSTANCE, placeKey, type Place } from './place.ts'

/** Names come from outside: who makes up new ones all the time must not fill the memory. */
const MOST_CLIENTS = 200
const MOST_KEYS = 1_000
const LONGEST_NAME = 100

/** What a client said of itself. */
export type ClientInfo = Record<string, unknown> | undefined

type Entry = {
  id: string
  /** A client is noted once for each: who may know of one need not of another. */
  place: Place
  name: string
  version: string | null
  seenMs: number
  calls: number
  endpoint: string
  sessions: number
  tools: number | null
  toolsReadMs: number | null
}

/** What outlives a restart. */
type KeptClient = Pick<
  SeenClient,
  'id' | 'name' | 'version' | 'lastSeenAt' | 'calls' | 'endpoint'
> & {
  /** Left out for the instance's. */
  place?: Place
}
export type KeptSeen = { clients: KeptClient[]; keys: Record<string, KeyUse> }

/** What people call a program, by its id. */
type LabelOf = (id: string) => string | undefined

/** Who was there last, of clients and of keys. */
export class Seen {
  readonly #labelOf: LabelOf
  readonly #clients = new Map<string, Entry>()
  /** The one that was seen longest ago first. */
  readonly #keys: Map<string, { ms: number; client: string }>
  /** The newest of these. */
  #lastUse: { ms: number; client: string } | undefined

  constructor(kept: KeptSeen | null, labelOf: LabelOf = () => undefined) {
    this.#labelOf = labelOf
    for (const { lastSeenAt, place = OF_INSTANCE, ...client } of kept?.clients ?? []) {
      const nothingYet = { sessions: 0, tools: null, toolsReadMs: null, place }
      const entry = { ...client, ...nothingYet, seenMs: Date.parse(lastSeenAt) }
      this.#clients.set(keyOf(client.id, place), entry)
    }
    const keys = Object.entries(kept?.keys ?? {}).map(([id, { at, client }]) => {
      return [id, { ms: Date.parse(at), client }] as const
    })
    this.#keys = new Map(keys.sort(([, one], [, other]) => one.ms - other.ms))
  }

  /** A client is there now, with this key if it has one. */
  note(
    info: ClientInfo,
    { endpoint, place, keyId }: { endpoint: string; place: Place; keyId: string | null },
  ): Entry {
    const id = idOf(info)
    const entry = this.#clients.get(keyOf(id, place)) ?? this.#add(id, place)
    const now = Date.now()
    entry.name = this.#labelOf(id) ?? (nameOf(info) || entry.name)
    entry.version = textOf(info?.['version']) || entry.version
    entry.seenMs = now
    entry.endpoint = endpoint
    if (keyId !== null) this.#noteKey(keyId, { ms: now, client: entry.name })
    return entry
  }

  #noteKey(id: string, use: { ms: number; client: string }): void {
    const known = this.#keys.get(id)
    // Most calls come with the key that came last.
    if (known && known === this.#lastUse) return void Object.assign(known, use)
    this.#lastUse = use
    this.#keys.delete(id)
    const [oldest] = this.#keys.keys()
    if (oldest !== undefined && this.#keys.size >= MOST_KEYS) this.#keys.delete(oldest)
    this.#keys.set(id, use)
  }

  /** Newest first, of the places that one may know of. */
  clients(may: (place: Place) => boolean): SeenClient[] {
    const entries = this.#entries().filter(({ place }) => may(place))
    return [...Map.groupBy(entries, ({ id }) => id).values()].map((same) => viewOf(same))
  }

  #entries(): Entry[] {
    return [...this.#clients.values()].sort((one, other) => other.seenMs - one.seenMs)
  }

  key(id: string): KeyUse | null {
    const key = this.#keys.get(id)
    return key ? { at: iso(key.ms), client: key.client } : null
  }

  keys(): Record<string, KeyUse> {
    const uses = [...this.#keys].map(([id, { ms, client }]) => [id, { at: iso(ms), client }])
    return Object.fromEntries(uses) as Record<string, KeyUse>
  }

  kept(): KeptSeen {
    const clients = this.#entries().map((entry): KeptClient => {
      const { id, name, version, calls, endpoint, place } = entry
      const isOfInstance = placeKey(place) === placeKey(OF_INSTANCE)
      const kept = { id, name, version, lastSeenAt: iso(entry.seenMs), calls, endpoint }
      return { ...kept, ...(!isOfInstance && { place }) }
    })
    return { clients, keys: this.keys() }
  }

  #add(id: string, place: Place): Entry {
    if (this.#clients.size >= MOST_CLIENTS) this.#forgetOldest()
    const nothingYet = { calls: 0, sessions: 0, tools: null, toolsReadMs: null }
    const entry = { id, place, name: '', version: null, seenMs: 0, endpoint: '', ...nothingYet }
    this.#clients.set(keyOf(id, place), entry)
    return entry
  }

  #forgetOldest(): void {
    const all = [...this.#clients.values()]
    const away = all.filter(({ sessions }) => sessions === 0)
    const oldest = (away.length > 0 ? away : all).reduce((old, one) => {
      return one.seenMs < old.seenMs ? one : old
    })
    this.#clients.delete(keyOf(oldest.id, oldest.place))
  }
}

/** One client, as it was seen at some places: the newest first. */
function viewOf(same: readonly Entry[]): SeenClient {
  const [newest = same[0]] = same
  const read = same.find(({ toolsReadMs }) => toolsReadMs !== null)
  const sum = (key: 'calls' | 'sessions') => same.reduce((all, one) => all + one[key], 0)
  const { id = '', name = '', version = null, seenMs = 0, endpoint = '' } = newest ?? {}
  const toolsReadMs = read?.toolsReadMs ?? null
  return {
    ...{ id, name, version, endpoint, lastSeenAt: iso(seenMs) },
    ...{ calls: sum('calls'), sessions: sum('sessions'), tools: read?.tools ?? null },
    toolsReadAt: toolsReadMs === null ? null : iso(toolsReadMs),
  }
}

function keyOf(id: string, place: Place): string {
  return `${id}\n${placeKey(place)}`
}

function idOf(info: ClientInfo): string {
  return textOf(info?.['name']).toLowerCase()
}

/** A title is for people; a name is what programs say when they have none. */
export function nameOf(info: ClientInfo): string {
  return textOf(info?.['title']) || textOf(info?.['name'])
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, LONGEST_NAME) : ''
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
