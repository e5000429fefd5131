import { Worker } from 'node:worker_threads'
import { workerUrl } from '../worker-url.ts'

/** A thread that loads PGlite while nobody needs it yet. */
export interface SpareThread {
  /** The thread, for whoever asks first; `null` for the others, or when it has failed. */
  take(): Worker | null
}

/** It loads PGlite, and waits to be told which cluster to open. */
export function startThread(): Worker {
  const url = workerUrl(import.meta.url, { source: './worker.ts', built: './db-worker.js' })
  // PostgreSQL's own limit on recursion does not see this stack: deeply nested JSON must not end it.
  const resourceLimits = { stackSizeMb: 64 }
  // Not what this process was started with: `--eval` and its like are no flags for a thread.
  const execArgv: string[] = []
  return new Worker(url, { resourceLimits, execArgv })
}

/** For a start that has other things to do first; keeps no process alive. */
export function prepareThread(start = startThread): SpareThread {
  let spare: Worker | null = start()
  spare.unref()
  // Why, the next one says to who opens a database with it.
  const forget = () => (spare = null)
  spare.on('error', forget)
  spare.on('exit', forget)
  return {
    take() {
      const taken = spare
      spare = null
      taken?.off('error', forget)
      taken?.off('exit', forget)
      taken?.ref()
      return taken
    },
  }
}
