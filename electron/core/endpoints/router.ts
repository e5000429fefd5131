import { z } from 'zod'
import { endpointInput, endpointPatch, type Endpoint } from '../../../shared/endpoint.ts'
import type { Removed } from '../../../shared/removal.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noSuchEndpoint } from './endpoint-rows.ts'
import type { EndpointStore } from './store.ts'

export type EndpointRouterOptions = {
  store: EndpointStore
  /** Makes live sessions follow a change; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
  /** Removes them all, and what is live follows. */
  remove: (ids: string[]) => Promise<Removed>
}

const byId = z.strictObject({ id: z.string() })

export function endpointRouter({ store, invalidate, remove }: EndpointRouterOptions) {
  async function follow(endpoint: Endpoint): Promise<Endpoint> {
    await invalidate(endpoint.id)
    return endpoint
  }

  return router({
    list: managementProcedure.query(() => store.list()),

    get: managementProcedure.input(byId).query(({ input }) => {
      const endpoint = store.get(input.id)
      if (!endpoint) throw noSuchEndpoint(input.id)
      return endpoint
    }),

    create: managementProcedure
      .input(endpointInput)
      .mutation(async ({ input }) => follow(await store.create(input))),

    update: managementProcedure
      .input(byId.extend({ patch: endpointPatch }))
      .mutation(async ({ input }) => follow(await store.update(input.id, input.patch))),

    /** Can be undone for a while: see removals. */
    delete: managementProcedure.input(byId).mutation(({ input }) => remove([input.id])),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { id, enabled } }) => follow(await store.update(id, { enabled }))),
  })
}
