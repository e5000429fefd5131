import { collectDefaultMetrics, Counter, Gauge, Histogram, register, Registry } from 'prom-client'
import type { MetricsOptions, MetricsPage, ServerStarts, Standing } from './standing.ts'
import { BOUNDS, MAX_SERVERS, OTHERS, OUTCOMES, type Tally } from './tally.ts'

type PageOptions = MetricsOptions & { tally: Tally; startsOf: (serverId: string) => ServerStarts }

/** Of the process, in the words that dashboards for Node.js know: memory, event loop, CPU. */
let isProcessWatched = false

/** Writes pages, each with the numbers of that moment. */
export function openPage(options: PageOptions): (standing: Standing) => Promise<MetricsPage> {
  // Once a process, whatever runs in it.
  if (!isProcessWatched) collectDefaultMetrics({ register })
  isProcessWatched = true
  const own = new Registry()
  const registers = [own]
  addBuildInfo(options, registers)
  addCalls(options.tally, registers)
  const show = [addServers(options, registers), addRest(registers)]
  const all = Registry.merge([own, register])
  return async (standing) => {
    for (const one of show) one(standing)
    return { type: all.contentType, text: await all.metrics() }
  }
}

type Registers = Registry[]

function addBuildInfo({ version, replica }: MetricsOptions, registers: Registers): void {
  const info = new Gauge({
    ...{ name: 'metamcp_build_info', help: 'What runs here; always 1.', registers },
    labelNames: ['version', 'replica'],
  })
  info.set({ version, replica }, 1)
}

function addCalls(tally: Tally, registers: Registers): void {
  const labelNames = ['server', 'method']
  new Counter({
    ...{ name: 'metamcp_calls_total', help: 'Calls that are over, by how they ended.', registers },
    labelNames: [...labelNames, 'outcome'],
    collect() {
      this.reset()
      for (const { server, method, series } of tally.all()) {
        OUTCOMES.forEach((outcome, place) => {
          this.inc({ server, method, outcome }, series.outcomes[place] ?? 0)
        })
      }
    },
  })
  new Counter({
    name: 'metamcp_call_errors_total',
    help: 'Calls that were answered with an error of the protocol, by its code.',
    ...{ registers, labelNames: ['server', 'code'] },
    collect() {
      this.reset()
      for (const { server, series } of tally.all()) {
        for (const [code, count] of series.errors) this.inc({ server, code }, count)
      }
    },
  })
  addDurations(tally, registers)
}

/** The library would count itself: here it only writes what is counted. */
function addDurations(tally: Tally, registers: Registers): void {
  const words = {
    name: 'metamcp_call_duration_seconds',
    help: 'How long calls took, with the time that their servers needed to start.',
    ...{ labelNames: ['server', 'method'], buckets: [...BOUNDS] },
  }
  const empty = new Histogram({ ...words, registers: [] })
  const get = async () => ({ ...(await empty.get()), values: durationsOf(tally, words.name) })
  Object.assign(new Histogram({ ...words, registers }), { get, getForPromString: get })
}

function durationsOf(tally: Tally, name: string) {
  return [...tally.all()].flatMap(({ server, method, series }) => {
    const labels = { server, method }
    let count = 0
    const buckets = Array.from(series.buckets, (added, place) => {
      count += added
      const le = BOUNDS[place] ?? '+Inf'
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: series.seconds[0] ?? 0 },
      { metricName: `${name}_count`, labels, value: count },
    ]
  })
}

type Show = (standing: Standing) => void

function addServers({ startsOf }: PageOptions, registers: Registers): Show {
  const states = new Gauge({
    name: 'metamcp_servers',
    help: 'Servers, by the state that the window shows of them.',
    ...{ registers, labelNames: ['state'] },
  })
  const connections = new Gauge({
    name: 'metamcp_connections',
    help: 'Connections to servers by their own state: shared, of single clients, kept ready.',
    ...{ registers, labelNames: ['server', 'state'] },
  })
  const starts = new Counter({
    ...{ name: 'metamcp_server_starts_total', help: 'How often a connection was started.' },
    ...{ registers, labelNames: ['server'] },
  })
  const restarts = new Counter({
    name: 'metamcp_server_restarts_total',
    help: 'How often one was started in the place of one that had failed.',
    ...{ registers, labelNames: ['server'] },
  })
  return ({ servers }) => {
    for (const metric of [states, connections, starts, restarts]) metric.reset()
    for (const state of ['disabled', 'stopped', 'starting', 'running', 'failed']) {
      states.set({ state }, 0)
    }
    for (const [place, { id, name, state, connections: counts }] of servers.entries()) {
      const server = place < MAX_SERVERS ? name : OTHERS
      states.inc({ state })
      // Names are unique for each owner alone: those of several add up.
      for (const [own, count] of Object.entries(counts)) {
        connections.inc({ server, state: own }, count)
      }
      const { starts: started, restarts: again } = startsOf(id)
      starts.inc({ server }, started)
      restarts.inc({ server }, again)
    }
  }
}

function addRest(registers: Registers): Show {
  const sessions = new Gauge({
    name: 'metamcp_sessions',
    help: 'Sessions of the revisions up to 2025-11-25: of clients at endpoints, and of inspectors.',
    ...{ registers, labelNames: ['kind'] },
  })
  const inFlight = new Gauge({
    ...{ name: 'metamcp_http_requests_in_flight', help: 'Requests that are being answered.' },
    registers,
  })
  const rows = new Counter({
    name: 'metamcp_call_log_rows_total',
    help: 'Calls that were written to the call log, and those that are missing in it.',
    ...{ registers, labelNames: ['state'] },
  })
  const queued = new Gauge({
    ...{ name: 'metamcp_call_log_queued', help: 'Calls that wait to be written to the call log.' },
    registers,
  })
  return ({ sessions: { client, inspector }, inFlight: running, calls }) => {
    sessions.set({ kind: 'client' }, client)
    sessions.set({ kind: 'inspector' }, inspector)
    inFlight.set(running)
    rows.reset()
    rows.inc({ state: 'written' }, calls.written)
    rows.inc({ state: 'dropped' }, calls.dropped)
    queued.set(calls.queued)
  }
}
