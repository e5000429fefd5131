import { z } from 'zod'
import type { Owned } from '../../../shared/account.ts'
import {
  endpointInput,
  endpointPatch,
  type Endpoint,
  type ShownEndpoint,
} from '../../../shared/endpoint.ts'
import type { Namespace } from '../../../shared/namespace.ts'
import type { Removed } from '../../../shared/removal.ts'
import { ownedBy, requirePart, type Access } from '../access.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noNamespace, noSuchEndpoint } from './endpoint-rows.ts'
import type { EndpointStore } from './store.ts'

/** Tokens of what clients see in their list, and of all that they can call. */
type ToolCost = { listed: number; all: number }

export type EndpointRouterOptions = {
  store: EndpointStore
  namespace: (id: string) => Namespace | undefined
  /** What stands for its name in its URLs; `null` where it has none. */
  addressOf: (endpoint: Endpoint) => string | null
  /** What its tools cost a client's model; `null` while nobody can call it. */
  cost: (id: string) => Promise<ToolCost | null>
  /** Makes live sessions follow a change; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
  /** Removes them all, and what is live follows. */
  remove: (ids: string[]) => Promise<Removed>
}

const byId = z.strictObject({ id: z.string() })

export function endpointRouter(options: EndpointRouterOptions) {
  const { store, remove, cost } = options
  const { view, follow, changed, refuseNamespace } = helpersOf(options)

  return router({
    list: managementProcedure.query(({ ctx }) => ctx.access.seen(store.list()).map(view)),

    get: managementProcedure.input(byId).query(({ ctx, input: { id } }) => {
      return view(ctx.access.requireSeen(store.get(id), () => noSuchEndpoint(id)))
    }),

    /** In tokens, of those that can be called. */
    costs: managementProcedure.query(async ({ ctx }) => {
      const seen = ctx.access.seen(store.list())
      const costs = await Promise.all(seen.map(({ id }) => cost(id)))
      return seen.flatMap(({ id }, at) => {
        const known = costs[at]
        return known ? [{ id, ...known }] : []
      })
    }),

    create: managementProcedure.input(endpointInput).mutation(async ({ ctx, input }) => {
      const { accountId } = ctx.access
      refuseNamespace(ctx.access, ownedBy(accountId, input.shared), input.namespaceId)
      return follow(await store.create(input, accountId))
    }),

    update: managementProcedure
      .input(byId.extend({ patch: endpointPatch }))
      .mutation(async ({ ctx, input: { id, patch } }) => {
        const { ownerId, shared, namespaceId } = changed(ctx.access, id)
        const after = ownedBy(ownerId, patch.shared ?? shared)
        const isOther = patch.namespaceId !== undefined && patch.namespaceId !== namespaceId
        if (isOther || after.shared !== shared) {
          refuseNamespace(ctx.access, after, patch.namespaceId ?? namespaceId)
        }
        return follow(await store.update(id, patch))
      }),

    /** Can be undone for a while: see removals. */
    delete: managementProcedure.input(byId).mutation(({ ctx, input }) => {
      changed(ctx.access, input.id)
      return remove([input.id])
    }),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ ctx, input: { id, enabled } }) => {
        changed(ctx.access, id)
        return follow(await store.update(id, { enabled }))
      }),
  })
}

function helpersOf({ store, namespace, addressOf, invalidate }: EndpointRouterOptions) {
  const view = (endpoint: Endpoint): ShownEndpoint => {
    return { ...endpoint, address: addressOf(endpoint) ?? endpoint.name }
  }
  return {
    view,
    changed: (access: Access, id: string) =>
      access.requireChanged(store.get(id), () => noSuchEndpoint(id)),
    /** One that the caller does not see is refused as one that is not there. */
    refuseNamespace(access: Access, user: Owned, id: string): void {
      const part = access.requireSeen(namespace(id), () => noNamespace(id))
      requirePart(user, { ...part, noun: 'namespace' })
    },
    async follow(endpoint: Endpoint): Promise<ShownEndpoint> {
      await invalidate(endpoint.id)
      return view(endpoint)
    },
  }
}
