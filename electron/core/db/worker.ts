import { readFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { amcheck } from '@electric-sql/pglite/contrib/amcheck'

/*
 * The thread PGlite lives in: a query blocks the thread it runs on, and that must never be the one
 * that relays calls. It knows wire bytes only; `backend.ts` is the other end. It imports nothing of
 * ours that runs: in the packaged app it is a file by itself, beside the archive.
 */

export type ToWorker =
  /** Comes first, and once. */
  | { kind: 'open'; folder: string }
  | { kind: 'exec'; id: number; bytes: Uint8Array }
  | { kind: 'close' }
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'answer'; id: number; bytes: Uint8Array }
  | { kind: 'closed' }
  /** PGlite itself could not be loaded: no cluster was touched. */
  | { kind: 'unloaded'; reason: string }
  /** PGlite cannot go on; `reason` ends with what PostgreSQL wrote last. */
  | { kind: 'broken'; reason: string }

/** The status with which PostgreSQL leaves its main loop for an ordinary error (PGlite's own code). */
const errorStatus = 100

const lastWords: string[] = []

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function giveUp(error: unknown): never {
  const message = wordsOf(error)
  const log = lastWords.filter((line) => /FATAL|PANIC|ERROR|DETAIL|HINT/.test(line)).slice(-4)
  post({ kind: 'broken', reason: [message, ...log].join('; ') })
  // Ends this thread only, from within whatever WebAssembly is doing.
  process.exit(1)
}

function giveUpLoading(error: unknown): never {
  post({ kind: 'unloaded', reason: wordsOf(error) })
  process.exit(1)
}

/** What takes longest of an opening, and is the same for each cluster. */
async function loadEngine() {
  const entry = import.meta.resolve('@electric-sql/pglite')
  const [code, data] = await Promise.all([
    readFile(new URL('./pglite.wasm', entry)),
    readFile(new URL('./pglite.data', entry)),
  ])
  return { pgliteWasmModule: compileEngine(code), fsBundle: new Blob([data]) }
}

/*
 * V8 compiles what has run for a while a second time, for speed. By its own measure that is half of
 * the work of a start: here it is what runs for long. And PostgreSQL's parser is one function of
 * 100 KB, which takes 600 MB and a second of that, for nothing that could be noticed: what is used
 * by the opening, as that is, is compiled once. Flags are the whole process's, where other code is to
 * be as fast as it can, so each is put back.
 */

function compileEngine(code: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  setFlagsFromString('--wasm-tiering-budget=2147483647')
  const compiled = new WebAssembly.Module(code)
  setFlagsFromString('--wasm-tiering-budget=13000000')
  return compiled
}

async function compilingOnce<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
  try {
    return await work()
  } finally {
    setFlagsFromString('--wasm-dynamic-tiering')
    setFlagsFromString('--wasm-tier-up')
  }
}

async function openPglite(folder: string): Promise<PGlite> {
  const database = new PGlite({
    ...(await engine.catch(giveUpLoading)),
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

async function take(message: ToWorker): Promise<void> {
  if (message.kind === 'open') {
    const { folder } = message
    database = await compilingOnce(() => openPglite(folder))
    endOnAbort(database)
    return post({ kind: 'ready' })
  }
  if (!database) throw new Error('nothing was opened')
  if (message.kind === 'close') {
    await database.close()
    post({ kind: 'closed' })
    process.exit(0)
  }
  const bytes = await answer(database, message.bytes)
  post({ kind: 'answer', id: message.id, bytes }, [bytes.buffer])
}

let database: PGlite | null = null
const engine = loadEngine()
// Told to who opens a cluster.
engine.catch(() => undefined)
parentPort?.on('message', (message: ToWorker) => void take(message).catch(giveUp))
