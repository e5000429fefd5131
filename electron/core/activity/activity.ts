import type { ActivityOverview, KeyUse, RecentCall, SeenClient } from '../../../shared/activity.ts'
import type { Access } from '../access.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { openCallCounts, sumOf, type CallCounts } from './call-counts.ts'
import { outcomeOf, type Ending } from './outcome.ts'
import { openPace, type Pace } from '../pace.ts'
import { isFor, OF_INSTANCE, placeKey, type Place } from './place.ts'
import { openRecentCalls } from './recent-calls.ts'
import { nameOf, Seen, type ClientInfo, type KeptSeen } from './seen.ts'

const DAY_MS = 24 * 60 * 60_000
const RATE_MS = 61_000

/** Who is there: a session, or a request that needs none. */
type Visit = { endpoint: string; caller: string; client: { info: ClientInfo } }

export type EndedCall = Ending & { server: string | null; name: string; at: number; ms: number }

export type ActivityOptions = {
  /** What was saved last; `null` for nothing. */
  kept: KeptSeen | null
  save: (kept: KeptSeen) => Promise<void>
  /** Something is different now; told at most once a second. */
  onChange: () => void
  log: Logger
  /** Where a visit is; left out where everything is the instance's. */
  placeOf?: (visit: Pick<Visit, 'endpoint' | 'caller'>) => Place
  /** What people call a program, by the name it gives itself, in lower case. */
  labelOf?: (id: string) => string | undefined
  /** The least time between two savings, in milliseconds. */
  saveMs?: number
}

/** What clients do, in memory; only who was there last is saved. */
export interface Activity {
  /** A session began; call what is returned when it ends. */
  opened(visit: Visit): () => void
  asked(visit: Visit, tools: number | null): void
  called(visit: Visit, call: EndedCall): void
  /** All of these as far as the caller may know. */
  overview(access: Access, minutes: number): ActivityOverview
  clients(access: Access): SeenClient[]
  latest(access: Access, limit: number): RecentCall[]
  keys(): Record<string, KeyUse>
  keyLastUsed(id: string): KeyUse | null
  /** Saves what is not saved yet. */
  close(): Promise<void>
}

export function openActivity(options: ActivityOptions): Activity {
  return new Notes(options)
}

class Notes implements Activity {
  readonly #counts = new Map<string, { place: Place; counts: CallCounts }>()
  readonly #calls = openRecentCalls()
  readonly #sessions = new Map<string, { place: Place; endpoint: string; count: number }>()
  readonly #options: ActivityOptions
  readonly #seen: Seen
  readonly #telling: Pace
  readonly #saving: Pace
  /** The rate of calls falls by itself. */
  readonly #calming: Pace

  constructor(options: ActivityOptions) {
    const { kept, onChange, saveMs = 10_000 } = options
    this.#options = options
    this.#seen = new Seen(kept, options.labelOf)
    this.#telling = openPace(1_000, onChange)
    this.#calming = openPace(RATE_MS, onChange)
    this.#saving = openPace(saveMs, () => this.#save())
  }

  opened(visit: Visit): () => void {
    const { endpoint, client } = visit
    // Its key may be deleted and its endpoint renamed meanwhile: it ends where it began.
    const place = this.#placeOf(visit)
    const entry = this.#note(visit)
    entry.sessions++
    this.#count({ endpoint, place }, 1)
    const facts = { endpoint, client: nameOf(client.info) }
    this.#options.log.info(facts, 'a session began')
    return () => {
      entry.sessions--
      this.#count({ endpoint, place }, -1)
      this.#telling.soon()
      this.#options.log.info(facts, 'a session ended')
    }
  }

  asked(visit: Visit, tools: number | null): void {
    const entry = this.#note(visit)
    if (tools !== null) Object.assign(entry, { tools, toolsReadMs: Date.now() })
  }

  called(visit: Visit, call: EndedCall): void {
    const { server, at, ms } = call
    const { endpoint } = visit
    const place = this.#placeOf(visit)
    const entry = this.#note(visit, place)
    entry.calls++
    const { outcome, code, error } = outcomeOf(call)
    this.#countsAt(place).add(at + ms, outcome === 'error' || outcome === 'tool-error')
    const [name, clientId] = [call.name.slice(0, 200), entry.id]
    const who = { client: entry.name, clientId, endpoint, server, name }
    this.#calls.add({ ...who, at, ms, outcome, code, error }, place)
    this.#calming.later()
  }

  overview(access: Access, count: number): ActivityOverview {
    const now = Date.now()
    const may = (place: Place) => isFor(access, place)
    const counts = [...this.#counts.values()].filter(({ place }) => may(place))
    const minutes = sumOf(
      counts.map((one) => one.counts.minutes(count, now)),
      { count, now },
    )
    const sum = (key: 'calls' | 'failed') => minutes.reduce((all, one) => all + one[key], 0)
    const since = minutes[0]?.at ?? now
    const [p50Ms = null, p95Ms = null] = this.#calls.percentiles(since, [0.5, 0.95], may)
    const clients = this.#seen.clients(may)
    const isRecent = (one: SeenClient) => now - Date.parse(one.lastSeenAt) < DAY_MS
    return {
      ...{ minutes, p50Ms, p95Ms, calls: sum('calls'), failed: sum('failed') },
      callsPerMinute: counts.reduce((all, one) => all + one.counts.lastMinute(now), 0),
      hasCalls: clients.some(({ calls }) => calls > 0),
      sessions: this.#sessionsFor(may),
      clients: clients.filter(isRecent).length,
    }
  }

  clients(access: Access): SeenClient[] {
    return this.#seen.clients((place) => isFor(access, place))
  }

  latest(access: Access, limit: number): RecentCall[] {
    return this.#calls.latest(limit, (place) => isFor(access, place))
  }

  keys(): Record<string, KeyUse> {
    return this.#seen.keys()
  }

  keyLastUsed(id: string): KeyUse | null {
    return this.#seen.key(id)
  }

  async close(): Promise<void> {
    this.#telling.stop()
    this.#calming.stop()
    if (this.#saving.stop()) await this.#save()
  }

  #count({ endpoint, place }: { endpoint: string; place: Place }, more: 1 | -1): void {
    const key = `${endpoint}\n${placeKey(place)}`
    const count = (this.#sessions.get(key)?.count ?? 0) + more
    if (count > 0) this.#sessions.set(key, { place, endpoint, count })
    else this.#sessions.delete(key)
  }

  #placeOf(visit: Visit): Place {
    return this.#options.placeOf?.(visit) ?? OF_INSTANCE
  }

  #countsAt(place: Place): CallCounts {
    const key = placeKey(place)
    const known = this.#counts.get(key)
    if (known) return known.counts
    const counts = openCallCounts()
    this.#counts.set(key, { place, counts })
    return counts
  }

  #sessionsFor(may: (place: Place) => boolean): Record<string, number> {
    const sums = new Map<string, number>()
    for (const { place, endpoint, count } of this.#sessions.values()) {
      if (may(place)) sums.set(endpoint, (sums.get(endpoint) ?? 0) + count)
    }
    return Object.fromEntries(sums)
  }

  #note(visit: Visit, place = this.#placeOf(visit)) {
    const { client, endpoint, caller } = visit
    this.#telling.soon()
    this.#saving.later()
    return this.#seen.note(client.info, { endpoint, place, keyId: keyIdOf(caller) })
  }

  async #save(): Promise<void> {
    const { save, log } = this.#options
    await save(this.#seen.kept()).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'could not store which clients were there')
    })
  }
}

const KEY = 'api-key:'

function keyIdOf(caller: string): string | null {
  return caller.startsWith(KEY) ? caller.slice(KEY.length) : null
}
