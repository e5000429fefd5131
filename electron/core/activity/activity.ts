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
export type Visit = { endpoint: string; caller: string; client: { info: ClientInfo } }

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
  /** By the names that clients give themselves, in any case. */
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
