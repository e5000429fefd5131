import type { ListKind } from './call.ts'
import { Endpoint, type EndpointParts, type EndpointView } from './endpoint.ts'

type Visit = { endpoint: Endpoint; viewOf: () => EndpointView | undefined }

/** Endpoints that no public name leads to, for whoever may look at everything; live as the others. */
export class Visits {
  readonly #parts: EndpointParts
  readonly #visits = new Map<string, Visit>()

  constructor(parts: EndpointParts) {
    this.#parts = parts
  }

  /** The same one for the same key; `undefined` when `viewOf` knows no such definition. */
  open(key: string, viewOf: Visit['viewOf']): Endpoint | undefined {
    const known = this.#visits.get(key)
    if (known) return known.endpoint
    const view = viewOf()
    if (!view) return undefined
    const endpoint = new Endpoint(view, this.#parts)
    this.#visits.set(key, { endpoint, viewOf })
    return endpoint
  }

  catalogChanged(serverId: string, kinds: ReadonlySet<ListKind>): void {
    for (const { endpoint } of this.#visits.values()) endpoint.catalogChanged(serverId, kinds)
  }

  /** Definitions are others now; what is gone says so (`isGone`), and is forgotten. */
  update(): void {
    for (const [key, { endpoint, viewOf }] of this.#visits) {
      const view = viewOf()
      if (view) endpoint.update(view)
      else this.#visits.delete(key)
      endpoint.isGone = !view
    }
  }
}
