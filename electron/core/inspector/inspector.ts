import type {
  AnswerInput,
  CompleteInput,
  InspectorTarget,
  InspectorView,
  RunEvent,
  RunInput,
} from '../../../shared/inspector.ts'
import { AppError } from '../errors.ts'
import type { Sessions } from '../gateway/sessions.ts'
import { isObject, type RpcRequest } from '../json-rpc.ts'
import { readObject } from './read-object.ts'
import { Run } from './run.ts'
import { listTarget, visitTarget, type TargetsOptions } from './targets.ts'
import { Visitors } from './visitor.ts'

export type InspectorOptions = TargetsOptions & {
  sessions: Sessions
  version: string
  /** Milliseconds that a run goes on while nobody reads its events. */
  graceMs?: number
}

/** For how long a run that is over can still be read by who lost the connection. */
const KEPT_MS = 30_000
const MAX_RUNS = 50
/** Of one account, so that others can try something, too. */
const MAX_RUNS_OF_ACCOUNT = 10

export type Completion = { values: string[]; hasMore: boolean }

/** Tries out by hand what servers, namespaces and endpoints offer, on the way that clients take. */
export class Inspector {
  readonly #options: InspectorOptions
  readonly #visitors: Visitors
  readonly #runs = new Map<string, Run>()
  /** How many of each caller are under way, those that are just beginning too. */
  readonly #underWay = new Map<string, number>()
  #lastCompletion = 0

  constructor(options: InspectorOptions) {
    this.#options = options
    this.#visitors = new Visitors(options)
  }

  list(target: InspectorTarget): Promise<InspectorView> {
    return listTarget(this.#options, target)
  }

  /** Resolves with the id under which its events can be read. Rejects with `AppError`. */
  async start(caller: string, input: RunInput): Promise<string> {
    const { target } = input
    const params = readObject(input.params, 'The request')
    const endpoint = visitTarget(this.#options, target)
    const leave = this.#enter(caller)
    try {
      const { session, begin } = await this.#visitors.attach(caller, target, endpoint)
      const run = new Run({ session, caller, graceMs: this.#options.graceMs ?? 5_000 })
      this.#runs.set(run.id, run)
      const end = begin(run)
      void run.go(params, input).finally(() => {
        end()
        leave()
        setTimeout(() => this.#runs.delete(run.id), KEPT_MS).unref()
      })
      return run.id
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Throws `AppError` when the caller has no such run. */
  events(caller: string, runId: string, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    return this.#own(caller, runId).read(signal)
  }

  answer(caller: string, input: AnswerInput): void {
    this.#own(caller, input.runId).answer(input)
  }

  /** One that is over already is left as it is. */
  cancel(caller: string, runId: string): void {
    this.#runs.get(runId)?.caller === caller && this.#own(caller, runId).cancel('cancelled')
  }

  /** What an argument of a prompt or template may be. Rejects with `AppError`. */
  async complete(caller: string, input: CompleteInput): Promise<Completion> {
    const { target, ref, argument, context } = input
    const endpoint = visitTarget(this.#options, target)
    const session = await this.#visitors.session(caller, target, endpoint)
    const message: RpcRequest = {
      ...{ jsonrpc: '2.0', id: `completion ${++this.#lastCompletion}` },
      method: 'completion/complete',
      params: { ref, argument, context: { arguments: context } },
    }
    const answer = await session.request(message, () => {})
    if (!answer || !('result' in answer)) {
      throw new AppError('unavailable', answer?.error.message ?? 'There was no answer.')
    }
    const completion = isObject(answer.result.completion) ? answer.result.completion : {}
    const values = Array.isArray(completion.values) ? completion.values : []
    return {
      values: values.filter((value) => typeof value === 'string').slice(0, 100),
      hasMore: completion.hasMore === true,
    }
  }

  /** Throws `AppError` where too many are under way; call what is returned when it is over. */
  #enter(caller: string): () => void {
    const own = this.#underWay.get(caller) ?? 0
    if (caller.startsWith('account:') && own >= MAX_RUNS_OF_ACCOUNT) {
      const text = `${MAX_RUNS_OF_ACCOUNT} of your runs are under way, as many as there may be.`
      throw new AppError('unavailable', text)
    }
    if (this.#underWay.values().reduce((sum, one) => sum + one, 0) >= MAX_RUNS) {
      throw new AppError('unavailable', `${MAX_RUNS} runs are under way, as many as there may be.`)
    }
    this.#underWay.set(caller, own + 1)
    return () => {
      const left = (this.#underWay.get(caller) ?? 1) - 1
      if (left > 0) this.#underWay.set(caller, left)
      else this.#underWay.delete(caller)
    }
  }

  #own(caller: string, runId: string): Run {
    const run = this.#runs.get(runId)
    if (run?.caller !== caller) throw new AppError('not-found', 'There is no such run.')
    return run
  }
}
