import type { RpcNotification } from '../json-rpc.ts'

/** Who hears of what it subscribed to: a session, or a `subscriptions/listen` of the modern era. */
export interface Subscriber {
  /** The notification as the server sent it. */
  updated(notification: RpcNotification): void
}

/** What somebody may hear of: servers, and of these all resources but what is off. */
export interface Reach {
  readonly serverIds: readonly string[]
  /** `null` while nothing is off. */
  readonly isResourceOff: ((serverId: string, uri: string) => boolean) | null
}

/** A resource by its URI, or a task of the Tasks extension by the server's own id. */
export type Topic = { kind: 'resource' | 'task'; id: string }
