import { z } from 'zod'
import { apiKeyInput, apiKeyPatch, type ApiKeyView } from '../../../shared/api-key.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noSuchApiKey } from './api-key-rows.ts'
import type { ApiKeyStore } from './api-key-store.ts'

export type ApiKeyRouterOptions = {
  store: ApiKeyStore
  /** Ends what a key that may do less now still has open; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
}

const byId = z.strictObject({ id: z.string() })

/** API keys, for management callers; the key itself is in the answer to `create` and nowhere else. */
export function apiKeyRouter({ store, invalidate }: ApiKeyRouterOptions) {
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

    delete: managementProcedure.input(byId).mutation(async ({ input }) => {
      await store.delete(input.id)
      await invalidate(input.id)
    }),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { id, enabled } }) => follow(await store.update(id, { enabled }))),
  })
}
