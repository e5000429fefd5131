/** What a disturbance explains errors of: one server, endpoint or client, or everything. */
export type Scope = 'all' | `server:${string}` | `endpoint:${string}` | `client:${string}`

export type Question = {
  /** Which kind of client asks, and which of its kind. */
  kind: string
  client: string
  endpoint: string
  /** `-` for what no server is asked for. */
  server: string
}

export type Asked = Question & { number: number; value: string; at: number }
export type Violation = { seconds: number; words: string }
type Disturbance = { scope: Scope; kind: string; until: number }

/** What is on its way when a disturbance ends may still fail of it. */
const GRACE_MS = 3_000
/** Longer than any call lasts. */
const KEPT_MS = 120_000
const MOST_TOLD = 200

/** Every call by its own value: asked once, answered once, with the right text or a reason. */
export class Ledger {
  readonly #seed: number
  readonly #begun = performance.now()
  readonly #open = new Map<number, Asked>()
  readonly #counts = new Map<string, Record<string, number>>()
  readonly #reasons = new Map<string, number>()
  readonly #violations: Violation[] = []
  readonly #times = new Map<string, number[]>()
  #past: Disturbance[] = []
  #asked = 0
  #violated = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  ask(question: Question): Asked {
    const number = ++this.#asked
    const value = `v${this.#seed}-${number}`
    const call = { ...question, number, value, at: performance.now() }
    this.#open.set(number, call)
    return call
  }

  /** It was answered; `trouble` says what is wrong with the text. */
  answered(call: Asked, trouble: string | null): void {
    if (!this.#close(call, 'answered')) return
    const own = this.#times.get(call.server) ?? []
    this.#times.set(call.server, own)
    own.push(performance.now() - call.at)
    if (trouble !== null) this.violate(`a wrong answer: ${nameOf(call)}: ${trouble}`)
  }

  /** It failed; some fault has to explain that. */
  failed(call: Asked, words: string): void {
    if (!this.#close(call, 'failed')) return
    const [line = ''] = words.replace(/^(opening: )?MCP error [\d-]+: /, '').split('\n')
    const said = line.replaceAll(/[\d.:]*\d[\d.:]*/g, '#').slice(0, 110)
    if (!this.#explain(call, said)) {
      this.violate(`an error without a fault: ${nameOf(call)}: ${words}`)
    }
  }

  /** Its client did not want it any more. */
  gaveUp(call: Asked): void {
    this.#close(call, 'given up')
  }

  /** Nothing came within its time; only what holds a server up explains that. */
  lost(call: Asked): void {
    if (!this.#close(call, 'lost')) return
    if (!this.#explain(call, 'no answer in time')) this.violate(`no answer: ${nameOf(call)}`)
  }

  violate(words: string): void {
    this.#violated += 1
    if (this.#violations.length >= MOST_TOLD) return
    this.#violations.push({ seconds: this.seconds(), words })
  }

  /** From now on; returns how to end it. */
  disturb(scope: Scope, kind: string): () => void {
    const one: Disturbance = { scope, kind, until: Infinity }
    this.#past.push(one)
    return () => void (one.until = performance.now())
  }

  open(): Asked[] {
    return [...this.#open.values()]
  }

  seconds(): number {
    return (performance.now() - this.#begun) / 1_000
  }

  read() {
    return {
      ...{ asked: this.#asked, violated: this.#violated, violations: this.#violations },
      ...{ counts: this.#counts, reasons: this.#reasons, times: this.#times },
    }
  }

  #close(call: Asked, what: string): boolean {
    if (!this.#open.delete(call.number)) {
      this.violate(`a second outcome (${what}) of ${nameOf(call)}`)
      return false
    }
    const own = this.#counts.get(call.kind) ?? {}
    this.#counts.set(call.kind, own)
    own[what] = (own[what] ?? 0) + 1
    return true
  }

  /** Whether something was wrong between its beginning and now. */
  #explain(call: Asked, said: string): boolean {
    const now = performance.now()
    this.#past = this.#past.filter(({ until }) => until + KEPT_MS > now)
    const scopes = scopesOf(call)
    const kinds = this.#past.flatMap(({ scope, kind, until }) =>
      until + GRACE_MS >= call.at && scopes.has(scope) ? [kind] : [],
    )
    const reason = `${[...new Set(kinds)].toSorted().join(' + ') || 'NOTHING'}: ${said}`
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    return kinds.length > 0
  }
}

function scopesOf({ server, endpoint, client }: Asked): Set<Scope> {
  return new Set<Scope>(['all', `server:${server}`, `endpoint:${endpoint}`, `client:${client}`])
}

function nameOf({ value, kind, client, endpoint, server }: Asked): string {
  return `${value} (${kind} ${client}, ${endpoint}, server ${server})`
}
