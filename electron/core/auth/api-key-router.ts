import { z } from 'zod'
import { apiKeyInput, apiKeyPatch, type ApiKeyView } from '../../../shared/api-key.ts'
import type { Removed } from '../../../shared/removal.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noSuchApiKey } from './api-key-rows.ts'
import type { ApiKeyStore } from './api-key-store.ts'

export type ApiKeyRouterOptions = {
  store: ApiKeyStore
  /** Ends what a key that may do less now still has open; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
  /** Removes them all, and what is live follows. */
  remove: (ids: string[]) => Promise<Removed>
}

const byId = z.strictObject({ id: z.string() })

/** API keys, for management callers; the key itself is in the answer to `create` and nowhere else. */
export function apiKeyRouter({ store, invalidate, remove }: ApiKeyRouterOptions) {
  async function follow(apiKey: ApiKeyView): Promise<ApiKeyView> {
    await invalidate(apiKey.id)
    return apiKey
  }

  return router({
    list: managementProcedure.query(() => store.list()),

    get: managementProcedure.input(byId).query(({ input }) => {
      const apiKey = store.get(input.id)
      if (!apiKey) throw noSuchApiKey(input.id)
      return apiKey
    }),

    create: managementProcedure.input(apiKeyInput).mutation(({ input }) => store.create(input)),

    update: managementProcedure
      .input(byId.extend({ patch: apiKeyPatch }))
      .mutation(async ({ input }) => follow(await store.update(input.id, input.patch))),

    /** Can be undone for a while: see removals. */
    delete: managementProcedure.input(byId).mutation(({ input }) => remove([input.id])),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { id, enabled } }) => follow(await store.update(id, { enabled }))),
  })
}
