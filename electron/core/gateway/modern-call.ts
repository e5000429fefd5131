import type { RpcNotification } from '../json-rpc.ts'
import type { Asked } from './call.ts'
import type { Endpoint } from './endpoint.ts'

/** A request of the modern era, as its face hands it in. */
export type ModernCall = Asked & {
  endpoint: Endpoint
  /** Who calls, as a stable identity (`callerKey`). */
  caller: string
  notify: (notification: RpcNotification) => void
  /** Aborted when its client leaves, or may not call any more. */
  controller: AbortController
}
