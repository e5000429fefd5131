import type { Question, Tenant } from '../connections/connection.ts'
import { isObject, RpcError, type RpcNotification } from '../json-rpc.ts'

/** Beyond it the oldest are forgotten: most servers never tell that one is complete. */
const MAX_KNOWN = 1_000

/**
 * Which client was sent to a URL, so that on a shared connection the server's word that it has been
 * there reaches that client and nobody else (2025-11-25, "URL Mode Elicitation").
 */
export class UrlElicitations {
  readonly #tenants = new Map<string, Tenant>()

  /** A question that goes to a client. */
  asked(serverId: string, { params }: Question, tenant: Tenant): void {
    this.#remember(serverId, params?.elicitationId, tenant)
  }

  /** An error that demands visits first. */
  demanded(serverId: string, error: unknown, tenant: Tenant): void {
    if (!(error instanceof RpcError) || !isObject(error.data)) return
    const { elicitations } = error.data
    for (const one of Array.isArray(elicitations) ? elicitations.filter(isObject) : []) {
      this.#remember(serverId, one.elicitationId, tenant)
    }
  }

  completed(serverId: string, notification: RpcNotification): void {
    const key = keyOf(serverId, notification.params?.elicitationId)
    this.#tenants.get(key)?.notify(serverId, notification)
    this.#tenants.delete(key)
  }

  #remember(serverId: string, id: unknown, tenant: Tenant): void {
    if (typeof id !== 'string') return
    this.#tenants.set(keyOf(serverId, id), tenant)
    const [oldest] = this.#tenants.keys()
    if (this.#tenants.size > MAX_KNOWN && oldest !== undefined) this.#tenants.delete(oldest)
  }
}

function keyOf(serverId: string, id: unknown): string {
  return `${serverId}\n${String(id)}`
}
