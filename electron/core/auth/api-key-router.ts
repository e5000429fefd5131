import { z } from 'zod'
import {
  apiKeyInput,
  apiKeyPatch,
  type ApiKeyPatch,
  type ApiKeyView,
} from '../../../shared/api-key.ts'
import type { Removed } from '../../../shared/removal.ts'
import type { Access } from '../access.ts'
import { managementProcedure, router } from '../rpc.ts'
import { asOwned, noSuchApiKey } from './api-key-rows.ts'
import type { ApiKeyStore } from './api-key-store.ts'

export type ApiKeyRouterOptions = {
  store: ApiKeyStore
  /** Ends what a key that may do less now still has open; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
  /** Removes them all, and what is live follows. */
  remove: (ids: string[]) => Promise<Removed>
}

const byId = z.strictObject({ id: z.string() })

/**
 * API keys, for management callers: an account's own, and for administrators those of the instance.
 * The key itself is in the answer to `create` and nowhere else.
 */
export function apiKeyRouter({ store, invalidate, remove }: ApiKeyRouterOptions) {
  /** Who may not change a key does not see it either. */
  const isFor = (access: Access, apiKey: ApiKeyView) => access.changes(asOwned(apiKey))

  function require(access: Access, id: string): ApiKeyView {
    const apiKey = store.get(id)
    if (!apiKey || !isFor(access, apiKey)) throw noSuchApiKey(id)
    return apiKey
  }

  async function update(access: Access, id: string, patch: ApiKeyPatch): Promise<ApiKeyView> {
    require(access, id)
    const apiKey = await store.update(id, patch)
    await invalidate(id)
    return apiKey
  }

  return router({
    list: managementProcedure.query(({ ctx: { access } }) =>
      store.list().filter((apiKey) => isFor(access, apiKey)),
    ),

    get: managementProcedure
      .input(byId)
      .query(({ ctx: { access }, input }) => require(access, input.id)),

    create: managementProcedure
      .input(apiKeyInput)
      .mutation(({ ctx: { access }, input }) => store.create(input, access.accountId)),

    update: managementProcedure
      .input(byId.extend({ patch: apiKeyPatch }))
      .mutation(({ ctx: { access }, input }) => update(access, input.id, input.patch)),

    /** Can be undone for a while: see removals. */
    delete: managementProcedure
      .input(byId)
      .mutation(({ ctx: { access }, input }) => remove([require(access, input.id).id])),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(({ ctx: { access }, input: { id, enabled } }) => update(access, id, { enabled })),
  })
}
