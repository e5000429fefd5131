import type { ServerView } from '../../shared/server.ts'
import type { Client } from './trpc.ts'

type Overview = Awaited<ReturnType<Client['status']['overview']['query']>>

/** What the page shows, read together. */
export type Snapshot = { overview: Overview; servers: ServerView[] }

/** `null` until something is known. After a failure the last snapshot is not shown: it may be old. */
export type View = { snapshot: Snapshot } | { problem: string } | null

/** The part of the management API that the page lives on. */
export interface Source {
  read(): Promise<Snapshot>
  /** `onNews` also once listening has begun. Returns an idempotent unsubscribe. */
  subscribe(listener: { onNews(): void; onError(error: Error): void }): () => void
}

export function sourceOf(client: Client): Source {
  return {
    async read() {
      const [overview, servers] = await Promise.all([
        client.status.overview.query(),
        client.servers.list.query(),
      ])
      return { overview, servers }
    },
    subscribe({ onNews, onError }) {
      const options = { onStarted: onNews, onData: onNews, onError }
      const subscription = client.status.changes.subscribe(undefined, options)
      return () => subscription.unsubscribe()
    },
  }
}

/** Shows the present state and follows it until closed. News during a reading means one more. */
export function watchCore(source: Source, show: (view: View) => void): { close(): void } {
  let closed = false
  let reading = false
  let again = false

  async function read(): Promise<void> {
    again = reading
    if (reading) return
    reading = true
    const view = await source.read().then(
      (snapshot): View => ({ snapshot }),
      (error: Error): View => ({ problem: error.message }),
    )
    reading = false
    if (closed) return
    show(view)
    if (again) void read()
  }

  const unsubscribe = source.subscribe({
    onNews: () => void read(),
    onError(error) {
      if (!closed) show({ problem: error.message })
    },
  })
  return {
    close() {
      closed = true
      unsubscribe()
    },
  }
}
