import { Worker } from 'node:worker_threads'
import { AppError } from '../errors.ts'
import type { FromWorker, ToWorker, WorkerStart } from './worker.ts'

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
  /** How long one exchange may take before the thread is held to be stuck. */
  execTimeoutMs?: number
}

const closeMs = 10_000

/** Rejects with an AppError `unavailable` if PGlite fails to open, or does not open in time. */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const worker = startWorker(options.folder)
  const waiting = new Map<number, PromiseWithResolvers<Uint8Array>>()
  const listeners = new Set<(failure: AppError) => void>()
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let failure: AppError | null = null
  let lastId = 0

  const fail = (reason: string) => {
    if (failure) return
    failure = new AppError('unavailable', `The database has stopped: ${reason}.`)
    ready.reject(failure)
    for (const { reject } of waiting.values()) reject(failure)
    waiting.clear()
    for (const listener of listeners) listener(failure)
    void worker.terminate()
  }
  const send = (message: ToWorker, transfer: ArrayBuffer[] = []) =>
    worker.postMessage(message, transfer)

  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'ready') return ready.resolve()
    if (message.kind === 'broken') return fail(message.reason)
    if (message.kind === 'closed') return fail('it was closed')
    waiting.get(message.id)?.resolve(message.bytes)
    waiting.delete(message.id)
  })
  worker.on('error', (error) => fail(error.message))
  worker.on('exit', (code) => {
    fail(`its thread ended with code ${code}`)
    ended.resolve()
  })

  const opening = watch(options.openTimeoutMs, fail)
  await ready.promise.finally(() => opening.stop())

  return {
    async exec(bytes) {
      if (failure) throw failure
      const id = ++lastId
      const answer = Promise.withResolvers<Uint8Array>()
      waiting.set(id, answer)
      const watching = watch(options.execTimeoutMs ?? 120_000, fail)
      // A copy: the bytes may be a slice of a buffer that others are written into.
      const copy = new Uint8Array(bytes)
      send({ kind: 'exec', id, bytes: copy }, [copy.buffer])
      return answer.promise.finally(() => watching.stop())
    },
    get failure() {
      return failure
    },
    onFailure(listener) {
      listeners.add(listener)
    },
    async close() {
      if (!failure) send({ kind: 'close' })
      const watching = watch(closeMs, fail)
      await ended.promise.finally(() => watching.stop())
    },
  }
}

function startWorker(folder: string): Worker {
  // Sources are run as they are; a build puts the worker beside the bundle.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './db-worker.js'
  const workerData: WorkerStart = { folder }
  // PostgreSQL's own limit on recursion does not see this stack: deeply nested JSON must not end it.
  const resourceLimits = { stackSizeMb: 64 }
  return new Worker(new URL(file, import.meta.url), { workerData, resourceLimits })
}

/**
 * Fails what takes too long. In two halves, since a computer that wakes from sleep finds all its
 * timers due at once, and its threads without a chance to have done anything.
 */
function watch(limitMs: number, fail: (reason: string) => void) {
  const giveUp = () => fail(`it did not answer within ${limitMs / 1000} s`)
  let timer = setTimeout(() => {
    timer = setTimeout(giveUp, limitMs / 2)
  }, limitMs / 2)
  return { stop: () => clearTimeout(timer) }
}
