import type { Connection } from '../connections/connection.ts'
import { isObject, type JsonObject, type RpcNotification } from '../json-rpc.ts'

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'
/** A server that says nothing at all is taken to have agreed. */
const ACK_MS = 10_000

/** One `subscriptions/listen` at a modern server. */
export interface ListenStream {
  readonly openedMs: number
  /** What the server agreed to tell. Rejects with its error, or when the stream ends before. */
  readonly acknowledged: Promise<JsonObject>
  /** Resolves with the reason. */
  readonly ended: Promise<unknown>
  close(): void
}

export function openListenStream(
  connection: Connection,
  notifications: JsonObject,
  onNotification: (notification: RpcNotification) => void,
): ListenStream {
  const abort = new AbortController()
  const { promise: acknowledged, resolve, reject } = Promise.withResolvers<JsonObject>()
  const timer = setTimeout(() => resolve(notifications), ACK_MS).unref()
  const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
  const client = { capabilities: notifications.taskIds ? tasks : {}, info: undefined }
  const notify = (notification: RpcNotification) => {
    if (notification.method !== ACKNOWLEDGED) return onNotification(notification)
    const { notifications: honoured } = notification.params ?? {}
    resolve(isObject(honoured) ? honoured : {})
  }
  const options = { signal: abort.signal, notify, client, timeoutMs: 0 }
  const ended = connection
    .request('subscriptions/listen', { notifications }, options)
    .then(
      () => new Error('the server ended it'),
      (error: unknown) => error,
    )
    .then((why) => {
      clearTimeout(timer)
      reject(why)
      return why
    })
  return { openedMs: performance.now(), acknowledged, ended, close: () => abort.abort() }
}
