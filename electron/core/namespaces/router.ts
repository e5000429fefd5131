import { z } from 'zod'
import {
  namespaceInput,
  namespacePatch,
  toolRulePatch,
  type Namespace,
} from '../../../shared/namespace.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noSuchNamespace } from './namespace-rows.ts'
import type { NamespaceStore } from './store.ts'

export type NamespaceRouterOptions = {
  store: NamespaceStore
  /** Makes live sessions follow a change; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
}

const byId = z.strictObject({ id: z.string() })

export function namespaceRouter({ store, invalidate }: NamespaceRouterOptions) {
  async function follow(namespace: Namespace): Promise<Namespace> {
    await invalidate(namespace.id)
    return namespace
  }

  return router({
    list: managementProcedure.query(() => store.list()),

    get: managementProcedure.input(byId).query(({ input }) => {
      const namespace = store.get(input.id)
      if (!namespace) throw noSuchNamespace(input.id)
      return namespace
    }),

    create: managementProcedure
      .input(namespaceInput)
      .mutation(async ({ input }) => follow(await store.create(input))),

    update: managementProcedure
      .input(byId.extend({ patch: namespacePatch }))
      .mutation(async ({ input }) => follow(await store.update(input.id, input.patch))),

    delete: managementProcedure.input(byId).mutation(async ({ input }) => {
      await store.delete(input.id)
      await invalidate(input.id)
    }),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { id, enabled } }) => follow(await store.update(id, { enabled }))),

    setTool: managementProcedure
      .input(byId.extend({ patch: toolRulePatch }))
      .mutation(async ({ input }) => follow(await store.setTool(input.id, input.patch))),
  })
}
