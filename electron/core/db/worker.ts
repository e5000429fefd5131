import { setFlagsFromString } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { amcheck } from '@electric-sql/pglite/contrib/amcheck'

/*
 * The thread PGlite lives in: a query blocks the thread it runs on, and that must never be the one
 * that relays calls. It knows wire bytes only; `backend.ts` is the other end.
 */

export type WorkerStart = { folder: string }
export type ToWorker = { kind: 'exec'; id: number; bytes: Uint8Array } | { kind: 'close' }
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'answer'; id: number; bytes: Uint8Array }
  | { kind: 'closed' }
  /** PGlite cannot go on; `reason` ends with what PostgreSQL wrote last. */
  | { kind: 'broken'; reason: string }

/** The status with which PostgreSQL leaves its main loop for an ordinary error (PGlite's own code). */
const errorStatus = 100

/*
 * V8 compiles WebAssembly again, well, once it has run for a while. By its own measure that begins
 * during a start, for hundreds of functions, and takes half of the start's time and most of its
 * memory. With this one it begins with what is used for long.
 */
const WELL_COMPILED_AFTER = 2_147_483_647

const lastWords: string[] = []

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

function giveUp(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error)
  const log = lastWords.filter((line) => /FATAL|PANIC|ERROR|DETAIL|HINT/.test(line)).slice(-4)
  post({ kind: 'broken', reason: [message, ...log].join('; ') })
  // Ends this thread only, from within whatever WebAssembly is doing.
  process.exit(1)
}

async function openPglite(folder: string): Promise<PGlite> {
  const database = new PGlite({
    dataDir: folder,
    extensions: { amcheck },
    // Small segments: a store starts with 1 MB of log, not 16, and what is recycled stays small.
    initDbStartParams: ['--wal-segsize=1'],
    postgresqlconf: [
      ...['max_wal_size = 64MB', 'min_wal_size = 8MB', 'TimeZone = UTC'],
      // All of them are memory from the start on, 128 MB by default. The system keeps files, too.
      'shared_buffers = 32MB',
    ],
    onStderr: (line) => {
      lastWords.push(line)
      if (lastWords.length > 20) lastWords.shift()
      return false
    },
  })
  await database.waitReady
  return database
}

/**
 * PGlite ignores it when PostgreSQL aborts in mid-query, and calls the corpse again and again. So
 * the loop is wrapped: what is not PostgreSQL's own way of reporting an error ends the thread.
 */
function endOnAbort(database: PGlite): void {
  const module = database.Module
  const runOnce = module._PostgresMainLoopOnce
  module._PostgresMainLoopOnce = () => {
    try {
      runOnce()
    } catch (error) {
      if ((error as { status?: unknown } | null)?.status === errorStatus) throw error
      giveUp(error)
    }
  }
}

async function answer(database: PGlite, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  // Not execProtocolRaw, which also parses each message and keeps the results for good.
  const onRawData = (part: Uint8Array) => void parts.push(part.slice())
  await database.runExclusive(() => database.execProtocolRawStream(bytes, { onRawData }))
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

async function take(database: PGlite, message: ToWorker): Promise<void> {
  if (message.kind === 'close') {
    await database.close()
    post({ kind: 'closed' })
    process.exit(0)
  }
  const bytes = await answer(database, message.bytes)
  post({ kind: 'answer', id: message.id, bytes }, [bytes.buffer])
}

const { folder } = workerData as WorkerStart
setFlagsFromString(`--wasm-tiering-budget=${WELL_COMPILED_AFTER}`)
try {
  const database = await openPglite(folder)
  endOnAbort(database)
  parentPort?.on('message', (message: ToWorker) => void take(database, message).catch(giveUp))
  post({ kind: 'ready' })
} catch (error) {
  giveUp(error)
}
