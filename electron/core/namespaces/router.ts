import { z } from 'zod'
import {
  namespaceInput,
  namespacePatch,
  toolRulePatch,
  type Namespace,
} from '../../../shared/namespace.ts'
import type { Removed } from '../../../shared/removal.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noSuchNamespace } from './namespace-rows.ts'
import type { Offers } from './offers.ts'
import type { NamespaceStore } from './store.ts'

export type NamespaceRouterOptions = {
  store: NamespaceStore
  offers: Offers
  /** Makes live sessions follow a change; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
  /** Removes them all, and what is live follows. */
  remove: (ids: string[]) => Promise<Removed>
}

/** More tools than any namespace has; a bound all the same. */
const MAX_PATCHES = 50_000

const question = z.strictObject({
  endpointId: z.string().optional(),
  namespaceId: z.string().optional(),
  serverId: z.string(),
  tool: z.string(),
})

const byId = z.strictObject({ id: z.string() })

export function namespaceRouter({ store, offers, invalidate, remove }: NamespaceRouterOptions) {
  async function follow(namespace: Namespace): Promise<Namespace> {
    await invalidate(namespace.id)
    return namespace
  }

  return router({
    /** What each namespace offers, in numbers: one answer for every place that shows them. */
    summaries: managementProcedure.query(() => offers.summaries()),

    /** Everything that a namespace offers and hides. */
    offer: managementProcedure
      .input(byId.extend({ prefix: z.boolean().optional() }))
      .query(({ input }) => offers.offer(input.id, input.prefix)),

    /** Why clients see a tool, or do not. */
    why: managementProcedure.input(question).query(({ input }) => offers.why(input)),

    /** Tools of any server by a part of their names, whether or not a namespace offers them. */
    findTools: managementProcedure
      .input(
        z.strictObject({ text: z.string().min(1), limit: z.int().min(1).max(100).default(20) }),
      )
      .query(({ input }) => offers.findTools(input.text, input.limit)),

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

    /** Can be undone for a while: see removals. */
    delete: managementProcedure.input(byId).mutation(({ input }) => remove([input.id])),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { id, enabled } }) => follow(await store.update(id, { enabled }))),

    setTool: managementProcedure
      .input(byId.extend({ patch: toolRulePatch }))
      .mutation(async ({ input }) => follow(await store.setTool(input.id, input.patch))),

    /** All of them or none; clients are told once. */
    setTools: managementProcedure
      .input(byId.extend({ patches: z.array(toolRulePatch).max(MAX_PATCHES) }))
      .mutation(async ({ input }) => follow(await store.setTools(input.id, input.patches))),
  })
}
