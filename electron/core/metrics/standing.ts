import type { ServerState } from '../../../shared/server.ts'

/** By the state of each; a `spare` one waits for its client. */
type ConnectionCounts = { starting: number; running: number; spare: number }

/** How it is now, as far as it is not counted here. */
export type Standing = {
  servers: { id: string; name: string; state: ServerState; connections: ConnectionCounts }[]
  /** Sessions of clients on endpoints, and of people who look at something by hand. */
  sessions: { client: number; inspector: number }
  /** Requests that are being answered. */
  inFlight: number
  /** Of the call log: in all since the start, and waiting to be written now. */
  calls: { written: number; dropped: number; queued: number }
}

export type ServerStarts = { starts: number; restarts: number }

export type MetricsOptions = {
  version: string
  /** Which of several processes on one database this is. */
  replica: string
}

/** What is answered, with its media type. */
export type MetricsPage = { type: string; text: string }
