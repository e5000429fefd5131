import { Worker } from 'node:worker_threads'
import type { FromTokenWorker, ToTokenWorker } from './token-worker.ts'
import { workerUrl } from './worker-url.ts'

/** Counts texts in a thread that is there while it has work, and a little longer. */
export interface TokenThread {
  readonly isRunning: boolean
  /** Tokens of each text, by the encoding `o200k_base`. Rejects when the thread cannot run. */
  count(texts: readonly string[]): Promise<number[]>
}

/** Milliseconds without work after which it ends, and its memory is free again. */
const IDLE_MS = 10_000

/** Milliseconds that it may take: somebody may wait for a list meanwhile. */
const LIMIT_MS = 10_000

type Waiting = Map<number, PromiseWithResolvers<number[]>>

export function openTokenThread(idleMs = IDLE_MS): TokenThread {
  const waiting: Waiting = new Map()
  let worker: Worker | null = null
  let lastId = 0
  let timer: NodeJS.Timeout | undefined

  function running(): Worker {
    if (worker) return worker
    const started = startWorker()
    const gone = (reason: Error) => {
      if (worker === started) end(reason)
    }
    started.on('message', ({ id, counts }: FromTokenWorker) => {
      waiting.get(id)?.resolve(counts)
      waiting.delete(id)
      watch()
    })
    started.on('error', gone)
    started.on('exit', (code) => gone(new Error(`The thread ended with code ${code}`)))
    worker = started
    return started
  }

  /** It ends some time after its last work, or when it takes too long. */
  function watch(): void {
    clearTimeout(timer)
    const late = () => end(new Error(`It took more than ${LIMIT_MS / 1_000} s`))
    timer = setTimeout(late, waiting.size > 0 ? LIMIT_MS : idleMs).unref()
  }

  function end(reason: Error): void {
    clearTimeout(timer)
    const ended = worker
    worker = null
    void ended?.terminate()
    for (const { reject } of waiting.values()) reject(reason)
    waiting.clear()
  }

  return {
    get isRunning() {
      return worker !== null
    },
    count(texts) {
      const answer = Promise.withResolvers<number[]>()
      const message: ToTokenWorker = { id: ++lastId, texts }
      waiting.set(message.id, answer)
      watch()
      try {
        running().postMessage(message)
      } catch (error) {
        end(error instanceof Error ? error : new Error(String(error)))
      }
      return answer.promise
    },
  }
}

function startWorker(): Worker {
  const files = { source: './token-worker.ts', built: './token-worker.js' }
  const worker = new Worker(workerUrl(import.meta.url, files), { execArgv: [] })
  // A number that nobody waits for keeps no program alive.
  worker.unref()
  return worker
}
