import { RpcCode, RpcError } from '../json-rpc.ts'

export const OUTCOMES = ['ok', 'tool-error', 'error', 'cancelled'] as const

/** Upper ends of what durations are counted in, in seconds. */
export const BOUNDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
] as const

/** Servers that are told apart: a label of which there is no end would fill every collector. */
export const MAX_SERVERS = 1_000
/** What stands for all others. No server may have a name that begins so, nor this one. */
export const OTHERS = '_other'
/** A call for which there is no server. */
const NO_SERVER = '_none'
/** Codes of errors that are servers' own. */
const OTHER_CODE = 'other'

/** Of one of our own: an endpoint's limit. */
const TOO_MUCH = -32029
/** Servers may have codes of their own, which are counted as one. */
const CODES = new Map([...Object.values(RpcCode), TOO_MUCH].map((code) => [code, String(code)]))

/** A call that is over, as far as it is counted. */
export type CountedCall = {
  server: string | null
  method: string
  ms: number
  result: Record<string, unknown> | null
  error: unknown
  wasCancelled: boolean
}

/** The calls of one method at one server, since the start. */
export class Series {
  /** By the place in `OUTCOMES`. */
  readonly outcomes = new Float64Array(OUTCOMES.length)
  /** By the place in `BOUNDS`; the last one has what took longer. */
  readonly buckets = new Float64Array(BOUNDS.length + 1)
  /** In one place, which is written without making a number anew. */
  readonly seconds = new Float64Array(1)
  /** By code. */
  readonly errors = new Map<string, number>()
}

/** Counts calls on their path: into numbers that are there, without making anything. */
export class Tally {
  readonly #byServer = new Map<string, Map<string, Series>>()

  called({ server, method, ms, result, error, wasCancelled }: CountedCall): void {
    const series = this.#seriesOf(server ?? NO_SERVER, method)
    const seconds = ms / 1_000
    add(series.seconds, 0, seconds)
    add(series.buckets, placeOf(seconds), 1)
    const outcome = wasCancelled ? 3 : error || !result ? 2 : result['isError'] === true ? 1 : 0
    add(series.outcomes, outcome, 1)
    if (outcome !== 2) return
    const code = (error instanceof RpcError && CODES.get(error.code)) || OTHER_CODE
    series.errors.set(code, (series.errors.get(code) ?? 0) + 1)
  }

  /** All that were called. Methods are those few that count as calls. */
  *all(): Iterable<{ server: string; method: string; series: Series }> {
    for (const [server, byMethod] of this.#byServer) {
      for (const [method, series] of byMethod) yield { server, method, series }
    }
  }

  #seriesOf(server: string, method: string): Series {
    const known = this.#byServer.get(server)
    if (!known && this.#byServer.size >= MAX_SERVERS && server !== OTHERS) {
      return this.#seriesOf(OTHERS, method)
    }
    const byMethod = known ?? new Map<string, Series>()
    if (!known) this.#byServer.set(server, byMethod)
    const series = byMethod.get(method)
    if (series) return series
    const made = new Series()
    byMethod.set(method, made)
    return made
  }
}

function placeOf(seconds: number): number {
  let place = 0
  while (place < BOUNDS.length && seconds > (BOUNDS[place] ?? Infinity)) place += 1
  return place
}

function add(numbers: Float64Array, place: number, amount: number): void {
  numbers[place] = (numbers[place] ?? 0) + amount
}
