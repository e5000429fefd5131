/** Channels of Electron's IPC that tRPC runs over. */
export const IPC_TO_APP = 'trpc:to-app'
export const IPC_TO_PAGE = 'trpc:to-page'
/** To the page, beside that: where tray, menu, links and notifications lead (`/servers?id=…`). */
export const IPC_GO = 'app:go'

/** A page's message to the app: begin a call, or stop the call of that id. */
type IpcRequest =
  | {
      kind: 'call'
      /** Unique over all pages, so that an answer to a page that is gone meets nobody. */
      id: string
      type: 'query' | 'mutation' | 'subscription'
      path: string
      input?: unknown
    }
  | { kind: 'stop'; id: string }

/**
 * The app's answers to a call, in tRPC's envelope: one `data` to a query or mutation; `started`,
 * any number of `data`, then `stopped` to a subscription; an error ends either.
 */
export type IpcAnswer = { id: string } & (
  | { result: { type: 'data'; data: unknown } | { type: 'started' | 'stopped' } }
  | { error: { code: number; message: string; data: unknown } }
)

/** What the preload script puts into the page as `window.metamcp`. */
export interface IpcBridge {
  send(request: IpcRequest): void
  /** Returns an idempotent unsubscribe. */
  onAnswer(listener: (answer: IpcAnswer) => void): () => void
}
