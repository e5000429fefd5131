import { openActivity, type Activity } from '../activity/activity.ts'
import { keeperOf } from '../access.ts'
import { openCalls, type Calls, type CallsOptions } from '../calls/calls.ts'
import type { Change, Changes } from '../changes.ts'
import { KNOWN_CLIENTS } from '../clients/catalogue/index.ts'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import type { Gateway, GatewayOptions } from '../gateway/gateway.ts'
import type { Observer } from '../gateway/observer.ts'
import { openMetrics, type Metrics } from '../metrics/metrics.ts'
import { openListWatch } from '../logs/list-watch.ts'
import { openLogs, type Logs } from '../logs/logs.ts'
import type { PoolsOptions } from '../connections/pools.ts'
import type { Sight } from './sight.ts'
import type { Stores } from './stores.ts'
import { endpointViews } from './views.ts'

/** What happens, remembered for people: the log, what clients do, and each of their calls. */
export interface Watching extends AsyncDisposable {
  readonly logs: Logs
  readonly activity: Activity
  readonly calls: Calls
  readonly metrics: Metrics
  /** For the gateway's options. */
  gatewayEvents(gateway: () => Gateway): Pick<GatewayOptions, 'observer' | 'onServerLog'>
  readonly poolEvents: Pick<PoolsOptions, 'onStderr'>
  /** Tells the log from now on when lists of the endpoints change. */
  watchLists(gateway: Gateway): Disposable
}

/** The configuration with a log that is remembered, too. */
export function rememberLog(config: CoreConfig): { config: CoreConfig; logs: Logs } {
  const logs = openLogs()
  return { logs, config: { ...config, log: logs.tee(config.log) } }
}

/** Most programs give themselves another name than people give them. */
const LABELS = new Map(
  KNOWN_CLIENTS.flatMap(({ name, clientNames }) => clientNames.map((id) => [id, name] as const)),
)

const CHANGES_LISTS: ReadonlySet<Change['kind']> = new Set<Change['kind']>([
  'server',
  'catalog',
  'namespace',
  'endpoint',
])

/** How the call log is written, where a test says so. */
export type CallLogTimes = {
  callLog?: Partial<Pick<CallsOptions, 'everyMs' | 'maxRows'>> & {
    /** Is given the database, and may have something else take its place. */
    over?: (own: CallsOptions['db']) => CallsOptions['db']
  }
}

export type WatchingParts = {
  config: CoreConfig
  db: Database
  limits: CallLogTimes
  logs: Logs
  stores: Stores
  changes: Changes
  sight: Sight
}

export async function openWatching(parts: WatchingParts): Promise<Watching> {
  const { config, logs, stores, changes, sight } = parts
  const { log } = config
  logs.nameBy((key) => {
    return stores.servers.get(key) ?? stores.servers.byName(key)
  })
  const activity = openActivity({
    log,
    labelOf: (id) => LABELS.get(id),
    placeOf: sight.placeOf,
    // What an older version wrote in another shape is no reason not to start.
    kept: await stores.settings.get('seen').catch(() => null),
    save: (seen) => stores.settings.set('seen', seen),
    onChange: () => changes.publish({ kind: 'activity' }),
  })
  const calls = openCallLog(parts)
  const { version, replica } = config
  const metrics = openMetrics({ version, replica: replica ?? parts.db.news.replica })
  const unsubscribe = changes.subscribe(({ kind }) => {
    // It may be told to keep less now.
    if (kind === 'preferences') void calls.tidy()
  })
  return {
    ...{ logs, activity, calls, metrics },
    gatewayEvents: (gateway) => ({
      observer: toldTo(activity, calls, metrics),
      onServerLog(id, params) {
        logs.told(id, params, (text) => gateway().pools.mask(id, text))
      },
    }),
    poolEvents: { onStderr: (id, lines) => logs.printed(id, lines) },
    watchLists(gateway) {
      const names = () => endpointViews(stores).map(({ name }) => name)
      const watch = openListWatch({ log, lists: () => listsOf(gateway, names()) })
      const unsubscribe = changes.subscribe(({ kind }) => {
        if (CHANGES_LISTS.has(kind)) watch.look()
      })
      return {
        [Symbol.dispose]() {
          unsubscribe()
          watch.close()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      unsubscribe()
      await calls.close()
      await activity.close()
    },
  }
}

function openCallLog({ config, db, stores, changes, sight, limits }: WatchingParts): Calls {
  const { over = (own: CallsOptions['db']) => own, ...times } = limits.callLog ?? {}
  return openCalls({
    ...{ db: over(db), log: config.log, ...times },
    labelOf: (id) => LABELS.get(id),
    ownerOf(visit) {
      const place = sight.placeOf(visit)
      return { ownerId: keeperOf(place), accountId: place.accountId }
    },
    bounds() {
      const { callLogDays: days, callLogRows: rows, callLogMegabytes } = stores.preferences.get()
      return { days, rows, bytes: callLogMegabytes * 1024 * 1024 }
    },
    onChange: () => changes.publish({ kind: 'calls' }),
  })
}

function toldTo(activity: Activity, calls: Calls, metrics: Metrics): Observer {
  return {
    opened: (visit) => activity.opened(visit),
    asked: (visit, tools) => activity.asked(visit, tools),
    called(visit, call) {
      activity.called(visit, call)
      calls.called(visit, call)
      metrics.called(call)
    },
  }
}

function listsOf(gateway: Gateway, names: readonly string[]) {
  const there = names.flatMap((name) => gateway.endpoint(name) ?? [])
  return Promise.all(
    there.map(async (endpoint) => ({
      id: endpoint.id,
      name: endpoint.name,
      tools: await endpoint.toolCount(),
    })),
  )
}
