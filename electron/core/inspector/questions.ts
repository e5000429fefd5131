import { randomUUID } from 'node:crypto'
import { isQuestionMethod, type AnswerInput } from '../../../shared/inspector.ts'
import { AppError } from '../errors.ts'
import type { Session } from '../gateway/session.ts'
import { failure, isObject, RpcCode, RpcError, type RpcRequest } from '../json-rpc.ts'
import { readObject } from './read-object.ts'
import type { RunEvents } from './run-events.ts'
import { toPlain } from './targets.ts'

/** How long a person may think about it. */
const ANSWER_MS = 5 * 60_000

type Open = { request: RpcRequest; timer: NodeJS.Timeout }

export type RunQuestionsParts = {
  session: Session
  events: RunEvents
  /** Told when the first question opens, and when the last one is over. */
  onChange: (isAsked: boolean) => void
  answerMs?: number
}

/** What servers ask in one run, until a person has answered it. */
export class RunQuestions {
  readonly #parts: RunQuestionsParts
  readonly #open = new Map<string, Open>()

  constructor(parts: RunQuestionsParts) {
    this.#parts = parts
  }

  ask(request: RpcRequest): void {
    const { method, params = {} } = request
    const { session, events, answerMs = ANSWER_MS } = this.#parts
    if (!isQuestionMethod(method)) {
      const error = new RpcError(RpcCode.methodNotFound, 'The inspector does not know this method')
      return session.response(failure(request.id, error))
    }
    const questionId = randomUUID()
    const timer = setTimeout(() => this.#expire(questionId), answerMs).unref()
    this.#open.set(questionId, { request, timer })
    const meta = isObject(params._meta) ? params._meta : {}
    const server = meta['metamcp/server']
    this.#parts.onChange(true)
    events.push({
      ...{ kind: 'question', questionId, method },
      params: toPlain(params) as Record<string, unknown>,
      server: typeof server === 'string' ? server : null,
      expiresAt: new Date(Date.now() + answerMs).toISOString(),
    })
  }

  /** Throws `AppError` when nothing is to be answered any more, or not like this. */
  answer(questionId: string, answer: AnswerInput['answer']): void {
    const open = this.#open.get(questionId)
    if (!open) throw new AppError('not-found', 'Too late: this question is over.')
    // Read first: what is no answer leaves the question open.
    const result = answer.kind === 'result' ? readObject(answer.result, 'The answer') : null
    this.#close(questionId, 'answered')
    const { id } = open.request
    if (result) return this.#parts.session.response({ jsonrpc: '2.0', id, result })
    this.#refuse(open.request, answer.kind === 'cancel' ? 'cancel' : 'decline')
  }

  /** The server does not want to know any more. */
  withdrawn(requestId: unknown): void {
    for (const [questionId, { request }] of this.#open) {
      if (request.id === requestId) this.#close(questionId, 'withdrawn')
    }
  }

  /** The run is over: whoever asks gets a word. */
  end(): void {
    for (const [questionId, { request }] of this.#open) {
      this.#close(questionId, 'withdrawn')
      this.#refuse(request, 'cancel')
    }
  }

  #expire(questionId: string): void {
    const open = this.#open.get(questionId)
    this.#close(questionId, 'expired')
    if (open) this.#refuse(open.request, 'cancel')
  }

  #close(questionId: string, why: 'answered' | 'withdrawn' | 'expired'): void {
    clearTimeout(this.#open.get(questionId)?.timer)
    if (!this.#open.delete(questionId)) return
    this.#parts.events.push({ kind: 'question-over', questionId, why })
    if (this.#open.size === 0) this.#parts.onChange(false)
  }

  /** In the words of each method (2025-11-25, "Elicitation": response actions; "Sampling": errors). */
  #refuse({ id, method }: RpcRequest, action: 'decline' | 'cancel'): void {
    const { session } = this.#parts
    if (method === 'elicitation/create') {
      return session.response({ jsonrpc: '2.0', id, result: { action } })
    }
    session.response(failure(id, new RpcError(-1, 'The person refused this request')))
  }
}
