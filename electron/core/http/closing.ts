import { refuse } from './refusal.ts'

/**
 * From the wish to end until the end: what was begun goes on, with all that its client sends for
 * it, and nothing new is begun. So whoever is refused loses nothing by asking another replica.
 */
export class Closing {
  readonly #replica: string | null
  #stage: 'open' | 'closing' | 'over' = 'open'

  constructor(replica: string | null) {
    this.#replica = replica
  }

  begin(): void {
    this.#stage = 'closing'
  }

  /** From now on nothing goes on either. */
  end(): void {
    this.#stage = 'over'
  }

  /** Throws `HttpRefusal` (503). */
  refuseNew(): void {
    if (this.#stage !== 'open') throw notReady(this.#replica)
  }

  /** Throws the same for what goes on with something, once that is over. */
  refuseLate(): void {
    if (this.#stage === 'over') throw notReady(this.#replica)
  }

  /** Throws `HttpRefusal` (404), after which a client opens another session. */
  refuseSession(): void {
    if (this.#stage !== 'open') throw noSession()
  }
}

/** `replica`: by which a balancer knows who is not to be asked again. */
export function notReady(replica: string | null) {
  const headers: Record<string, string> = { 'retry-after': '1' }
  if (replica !== null) headers['metamcp-replica'] = replica
  return refuse(503, 'Not ready', headers)
}

export function noSession() {
  return refuse(404, 'Session not found: send initialize to open a new one')
}
