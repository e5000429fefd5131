import { randomUUID } from 'node:crypto'
import type { AnswerInput, RunEvent, RunInput } from '../../../shared/inspector.ts'
import type { Session } from '../gateway/session.ts'
import {
  isObject,
  RpcCode,
  type JsonObject,
  type RpcFailure,
  type RpcNotification,
  type RpcRequest,
  type RpcResult,
} from '../json-rpc.ts'
import { RunQuestions } from './questions.ts'
import { RunEvents } from './run-events.ts'

type ErrorReason = Extract<RunEvent, { kind: 'error' }>['reason']

export type RunParts = {
  session: Session
  /** Whose it is; nobody else may see it. */
  caller: string
  /** Milliseconds that it goes on without a reader. */
  graceMs: number
}

/** One request of a person at the inspector, with what its server says and asks meanwhile. */
export class Run {
  readonly id = randomUUID()
  readonly caller: string
  readonly #session: Session
  readonly #graceMs: number
  readonly #events = new RunEvents()
  readonly #questions: RunQuestions
  readonly #startedMs = performance.now()
  #readers = 0
  #grace: NodeJS.Timeout | undefined
  #timeoutMs = 0
  #deadline: NodeJS.Timeout | undefined
  #ended: ErrorReason | null = null

  constructor({ session, caller, graceMs }: RunParts) {
    this.caller = caller
    this.#session = session
    this.#graceMs = graceMs
    this.#questions = new RunQuestions({
      session,
      events: this.#events,
      // A person who thinks is not a server that does not answer.
      onChange: (isAsked) => (isAsked ? clearTimeout(this.#deadline) : this.#watchTime()),
    })
    this.#events.push({ kind: 'started', runId: this.id })
    this.#expectReader()
  }

  get isOver(): boolean {
    return this.#events.isOver
  }

  /** Resolves when it has its last event. Never rejects. */
  async go(params: JsonObject, { method, timeoutMs, logLevel }: RunInput): Promise<void> {
    this.#timeoutMs = timeoutMs
    this.#watchTime()
    const meta = isObject(params._meta) ? params._meta : {}
    const message: RpcRequest = {
      ...{ jsonrpc: '2.0', id: this.id, method },
      params: { ...params, _meta: { ...meta, progressToken: this.id } },
    }
    if (logLevel) await this.#setLevel(logLevel)
    const answer = await this.#session.request(message, (one) => this.hear(one))
    clearTimeout(this.#deadline)
    clearTimeout(this.#grace)
    this.#questions.end()
    this.#finish(answer)
  }

  /** A word of a server that is about this run, as far as one can tell. */
  hear(message: RpcNotification | RpcRequest): void {
    if ('id' in message) return this.#questions.ask(message)
    const { method, params = {} } = message
    if (method === 'notifications/cancelled') return this.#questions.withdrawn(params.requestId)
    if (method === 'notifications/progress') return this.#progressed(params)
    if (method !== 'notifications/message') return
    const { level, logger, data } = params
    this.#events.push({
      ...{ kind: 'log', level: textOf(level) ?? 'info', logger: textOf(logger) },
      data: JSON.stringify(data ?? null),
    })
  }

  answer(input: AnswerInput): void {
    this.#questions.answer(input.questionId, input.answer)
  }

  /** Ends it at its server, too. */
  cancel(reason: ErrorReason): void {
    if (this.#ended !== null || this.isOver) return
    this.#ended = reason
    const params = { requestId: this.id, reason: WORDS[reason] }
    this.#session.notification({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
  }

  /** Everything from its start. Without a reader it ends after a moment. */
  async *read(signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    this.#readers++
    clearTimeout(this.#grace)
    try {
      yield* this.#events.read(signal)
    } finally {
      this.#readers--
      if (this.#readers === 0) this.#expectReader()
    }
  }

  #expectReader(): void {
    clearTimeout(this.#grace)
    if (this.isOver) return
    this.#grace = setTimeout(() => this.cancel('cancelled'), this.#graceMs).unref()
  }

  #watchTime(): void {
    clearTimeout(this.#deadline)
    if (this.isOver) return
    this.#deadline = setTimeout(() => this.cancel('timeout'), this.#timeoutMs).unref()
  }

  async #setLevel(level: string): Promise<void> {
    const id = `${this.id} level`
    const message: RpcRequest = {
      jsonrpc: '2.0',
      id,
      method: 'logging/setLevel',
      params: { level },
    }
    await this.#session.request(message, () => {})
  }

  #progressed({ progress, total, message }: JsonObject): void {
    this.#events.push({
      kind: 'progress',
      progress: typeof progress === 'number' ? progress : 0,
      total: typeof total === 'number' ? total : null,
      message: textOf(message),
    })
    // Who makes progress is not silent.
    this.#watchTime()
  }

  #finish(answer: RpcResult | RpcFailure | null): void {
    const ms = performance.now() - this.#startedMs
    if (answer && 'result' in answer) {
      const result = JSON.stringify(answer.result)
      return this.#events.push({ kind: 'result', result, ms, bytes: Buffer.byteLength(result) })
    }
    const reason = this.#ended ?? (this.#session.ended.aborted ? 'target-gone' : 'server')
    const { code, message, data } = answer?.error ?? {
      ...{ code: RpcCode.internalError, message: WORDS[reason], data: undefined },
    }
    const text = data === undefined ? null : JSON.stringify(data)
    this.#events.push({ kind: 'error', code, message, data: text, ms, reason })
  }
}

/** For the server, and for logs; the window has words of its own. */
const WORDS: Record<ErrorReason, string> = {
  server: 'There is no answer',
  timeout: 'There was no answer in time',
  cancelled: 'It was cancelled by hand',
  'target-gone': 'Its target is not there any more',
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
