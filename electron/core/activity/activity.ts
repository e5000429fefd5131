import type { ActivityOverview, KeyUse, RecentCall, SeenClient } from '../../../shared/activity.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { openCallCounts } from './call-counts.ts'
import { outcomeOf, type Ending } from './outcome.ts'
import { openPace, type Pace } from './pace.ts'
import { openRecentCalls } from './recent-calls.ts'
import { idOf, nameOf, Seen, type ClientInfo, type KeptSeen } from './seen.ts'

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
  /** What people call a program, by the name it gives itself, in lower case. */
  labelOf?: (id: string) => string | undefined
  /** The least time between two savings, in milliseconds. */
  saveMs?: number
}

/** What clients do, in memory; only who was there last is saved. */
export interface Activity {
  opened(visit: Visit): void
  ended(visit: Visit): void
  asked(visit: Visit, tools: number | null): void
  called(visit: Visit, call: EndedCall): void
  overview(minutes: number): ActivityOverview
  clients(): SeenClient[]
  latest(limit: number): RecentCall[]
  keys(): Record<string, KeyUse>
  keyLastUsed(id: string): KeyUse | null
  /** Saves what is not saved yet. */
  close(): Promise<void>
}

export function openActivity(options: ActivityOptions): Activity {
  return new Notes(options)
}

class Notes implements Activity {
  readonly #counts = openCallCounts()
  readonly #calls = openRecentCalls()
  readonly #sessions = new Map<string, number>()
  readonly #options: ActivityOptions
  readonly #seen: Seen
  readonly #telling: Pace
  readonly #saving: Pace
  /** The rate of calls falls by itself. */
  readonly #calming: Pace
  #hasCalls: boolean

  constructor(options: ActivityOptions) {
    const { kept, onChange, saveMs = 10_000 } = options
    this.#options = options
    this.#seen = new Seen(kept, options.labelOf)
    this.#hasCalls = this.#seen.clients().some(({ calls }) => calls > 0)
    this.#telling = openPace(1_000, onChange)
    this.#calming = openPace(RATE_MS, onChange)
    this.#saving = openPace(saveMs, () => this.#save())
  }

  opened(visit: Visit): void {
    const { endpoint, client } = visit
    this.#note(visit).sessions++
    this.#sessions.set(endpoint, (this.#sessions.get(endpoint) ?? 0) + 1)
    this.#options.log.info({ endpoint, client: nameOf(client.info) }, 'a session began')
  }

  ended({ endpoint, client }: Visit): void {
    this.#seen.left(client.info)
    const left = (this.#sessions.get(endpoint) ?? 1) - 1
    if (left > 0) this.#sessions.set(endpoint, left)
    else this.#sessions.delete(endpoint)
    this.#telling.soon()
    this.#options.log.info({ endpoint, client: nameOf(client.info) }, 'a session ended')
  }

  asked(visit: Visit, tools: number | null): void {
    const entry = this.#note(visit)
    if (tools !== null) Object.assign(entry, { tools, toolsReadMs: Date.now() })
  }

  called(visit: Visit, { server, name, at, ms, ...ending }: EndedCall): void {
    const { client, endpoint } = visit
    const entry = this.#note(visit)
    entry.calls++
    this.#hasCalls = true
    const told = outcomeOf(ending)
    this.#counts.add(at + ms, told.outcome === 'error' || told.outcome === 'tool-error')
    const who = { client: entry.name, clientId: idOf(client.info) }
    this.#calls.add({ at, ...who, endpoint, server, name: name.slice(0, 200), ms, ...told })
    this.#calming.later()
  }

  overview(count: number): ActivityOverview {
    const now = Date.now()
    const minutes = this.#counts.minutes(count, now)
    const sum = (key: 'calls' | 'failed') => minutes.reduce((all, one) => all + one[key], 0)
    const since = minutes[0]?.at ?? now
    const [p50Ms = null, p95Ms = null] = this.#calls.percentiles(since, [0.5, 0.95])
    const isRecent = (one: SeenClient) => now - Date.parse(one.lastSeenAt) < DAY_MS
    return {
      ...{ minutes, p50Ms, p95Ms, calls: sum('calls'), failed: sum('failed') },
      callsPerMinute: this.#counts.lastMinute(now),
      hasCalls: this.#hasCalls,
      sessions: Object.fromEntries(this.#sessions),
      clients: this.#seen.clients().filter(isRecent).length,
    }
  }

  clients(): SeenClient[] {
    return this.#seen.clients()
  }

  latest(limit: number): RecentCall[] {
    return this.#calls.latest(limit)
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

  #note({ client, endpoint, caller }: Visit) {
    this.#telling.soon()
    this.#saving.later()
    return this.#seen.note(client.info, endpoint, keyIdOf(caller))
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
