import type { Worker } from 'node:worker_threads'
import { AppError } from '../errors.ts'
import { startThread, type SpareThread } from './thread.ts'
import type { FromWorker, ToWorker } from './worker.ts'

/** PGlite in its own thread, as something that answers wire bytes with wire bytes. */
export interface Backend {
  /** Rejects with `failure` once the thread is gone. */
  exec(bytes: Uint8Array): Promise<Uint8Array>
  /** Why it does not answer any more: it broke, it hung, or it was closed. */
  readonly failure: AppError | null
  /** Calls back once, when `failure` is set. */
  onFailure(listener: (failure: AppError) => void): void
  /** Checkpoints and ends the thread; after `closeMs` it is ended as it is, which loses nothing. */
  close(): Promise<void>
}

export type BackendOptions = {
  /** The folder of the cluster; PGlite creates one in it if it is empty. */
  folder: string
  openTimeoutMs: number
  /** One that has been started already, if nobody took it. */
  spare?: SpareThread | null
  /** How long one exchange may take before the thread is held to be stuck. */
  execTimeoutMs?: number
}

const closeMs = 10_000

/** PGlite could not be loaded, which says nothing about any cluster. */
export class UnloadedError extends AppError {
  constructor(reason: string) {
    super('unavailable', `PostgreSQL could not be loaded: ${reason}. The database was not touched.`)
  }
}

/**
 * Rejects with an AppError `unavailable` if PGlite fails to open, or does not open in time; with
 * UnloadedError where it had not even come to that.
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { folder, openTimeoutMs, spare, execTimeoutMs = 120_000 } = options
  const worker = spare?.take() ?? startThread()
  const life = followLife(worker)
  const waiting = followAnswers(worker, life)
  let lastId = 0

  send(worker, { kind: 'open', folder })
  await inTime(openTimeoutMs, life, life.ready)

  return {
    get failure() {
      return life.failure
    },
    onFailure: life.onFailure,
    async exec(bytes) {
      if (life.failure) throw life.failure
      const id = ++lastId
      const answer = Promise.withResolvers<Uint8Array>()
      waiting.set(id, answer)
      // A copy: the bytes may be a slice of a buffer that others are written into.
      const copy = new Uint8Array(bytes)
      send(worker, { kind: 'exec', id, bytes: copy }, [copy.buffer])
      return inTime(execTimeoutMs, life, answer.promise)
    },
    async close() {
      if (!life.failure) send(worker, { kind: 'close' })
      await inTime(closeMs, life, life.ended)
    },
  }
}

/** A thread, from its start to the one reason for which it ends. */
type Life = {
  ready: Promise<void>
  ended: Promise<void>
  readonly failure: AppError | null
  fail(reason: string): void
  onFailure(listener: (failure: AppError) => void): void
}

function followLife(worker: Worker): Life {
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const listeners = new Set<(failure: AppError) => void>([ready.reject])
  let failure: AppError | null = null

  const end = (cause: AppError) => {
    if (failure) return
    failure = cause
    for (const listener of listeners) listener(failure)
    void worker.terminate()
  }
  const fail = (reason: string) => {
    end(new AppError('unavailable', `The database has stopped: ${reason}.`))
  }
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'ready') ready.resolve()
    if (message.kind === 'unloaded') end(new UnloadedError(message.reason))
    if (message.kind === 'broken') fail(message.reason)
    if (message.kind === 'closed') fail('it was closed')
  })
  worker.on('error', (error) => fail(error.message))
  worker.on('exit', (code) => {
    fail(`its thread ended with code ${code}`)
    ended.resolve()
  })
  return {
    ready: ready.promise,
    ended: ended.promise,
    get failure() {
      return failure
    },
    fail,
    onFailure: (listener) => void listeners.add(listener),
  }
}

/** Who waits for which answer. */
function followAnswers(worker: Worker, life: Life) {
  const waiting = new Map<number, PromiseWithResolvers<Uint8Array>>()
  worker.on('message', (message: FromWorker) => {
    if (message.kind !== 'answer') return
    waiting.get(message.id)?.resolve(message.bytes)
    waiting.delete(message.id)
  })
  life.onFailure((failure) => {
    for (const { reject } of waiting.values()) reject(failure)
    waiting.clear()
  })
  return waiting
}

function send(worker: Worker, message: ToWorker, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer)
}

/**
 * Ends the thread if it takes too long. In two halves, since a computer that wakes from sleep finds
 * all its timers due at once, and its threads without a chance to have done anything.
 */
async function inTime<T>(limitMs: number, life: Life, work: Promise<T>): Promise<T> {
  const giveUp = () => life.fail(`it did not answer within ${limitMs / 1000} s`)
  let timer = setTimeout(() => {
    timer = setTimeout(giveUp, limitMs / 2)
  }, limitMs / 2)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
