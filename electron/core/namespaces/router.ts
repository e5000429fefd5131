import { z } from 'zod'
import {
  namespaceInput,
  itemRulePatch,
  namespacePatch,
  toolRulePatch,
  type Namespace,
} from '../../../shared/namespace.ts'
import {
  isOwnModule,
  NO_OWN_MODULES,
  type MiddlewareEntry,
  type MiddlewareKindView,
} from '../../../shared/middleware.ts'
import type { Owned } from '../../../shared/account.ts'
import { plainText } from '../../../shared/names.ts'
import type { Removed } from '../../../shared/removal.ts'
import type { OwnedServer } from '../../../shared/server.ts'
import { ownedBy, requirePart, type Access } from '../access.ts'
import { managementProcedure, router } from '../rpc.ts'
import { InvalidInput } from '../problems.ts'
import { noServer, noSuchNamespace } from './namespace-rows.ts'
import type { Offers } from './offers.ts'
import type { NamespaceStore } from './store.ts'

export type NamespaceRouterOptions = {
  store: NamespaceStore
  server: (id: string) => OwnedServer | undefined
  /** As one who sees this much has them. */
  offers: (access: Access) => Offers
  /** Makes live sessions follow a change; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
  middlewareKinds: () => MiddlewareKindView[]
  /** Removes them all, and what is live follows. */
  remove: (ids: string[], access: Access) => Promise<Removed>
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

const pickedTool = z.strictObject({ serverId: z.string(), tool: plainText.min(1) })

export function namespaceRouter(options: NamespaceRouterOptions) {
  const { store, remove } = options
  const { changed, follow, refuseServers } = helpersOf(options)

  return router({
    ...offerProcedures(options),
    ...ruleProcedures(options),
    list: managementProcedure.query(({ ctx }) => ctx.access.seen(store.list())),

    /** Middlewares that a namespace can list, with the JSON Schema of their options. */
    middlewareKinds: managementProcedure.query(() => options.middlewareKinds()),

    get: managementProcedure.input(byId).query(({ ctx, input: { id } }) => {
      return ctx.access.requireSeen(store.get(id), () => noSuchNamespace(id))
    }),

    create: managementProcedure.input(namespaceInput).mutation(async ({ ctx, input }) => {
      const { accountId } = ctx.access
      refuseServers(ctx.access, ownedBy(accountId, input.shared), input.servers)
      refuseModules(input.middleware, [])
      return follow(await store.create(input, accountId))
    }),

    update: managementProcedure
      .input(byId.extend({ patch: namespacePatch }))
      .mutation(async ({ ctx, input: { id, patch } }) => {
        const { ownerId, shared, servers, middleware } = changed(ctx.access, id)
        const after = ownedBy(ownerId, patch.shared ?? shared)
        refuseServers(ctx.access, after, patch.servers ?? servers)
        refuseModules(patch.middleware ?? [], middleware)
        return follow(await store.update(id, patch))
      }),

    /** Can be undone for a while: see removals. */
    delete: managementProcedure.input(byId).mutation(({ ctx, input }) => {
      changed(ctx.access, input.id)
      return remove([input.id], ctx.access)
    }),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ ctx, input: { id, enabled } }) => {
        changed(ctx.access, id)
        return follow(await store.update(id, { enabled }))
      }),
  })
}

/** What namespaces say of single tools, prompts, resources and templates. */
function ruleProcedures(options: NamespaceRouterOptions) {
  const { store } = options
  const { changed, follow, refuseServers } = helpersOf(options)
  return {
    /** The same for prompts, resources and templates. */
    setItems: managementProcedure
      .input(byId.extend({ patches: z.array(itemRulePatch).max(MAX_PATCHES) }))
      .mutation(async ({ ctx, input }) => {
        changed(ctx.access, input.id)
        return follow(await store.setItems(input.id, input.patches))
      }),

    /** Single tools of any server; one that is not in it comes with these alone. */
    pickTools: managementProcedure
      .input(byId.extend({ tools: z.array(pickedTool).min(1).max(MAX_PATCHES) }))
      .mutation(async ({ ctx, input: { id, tools } }) => {
        const namespace = changed(ctx.access, id)
        refuseServers(ctx.access, namespace, tools)
        return follow(await store.pick(id, tools))
      }),

    setTool: managementProcedure
      .input(byId.extend({ patch: toolRulePatch }))
      .mutation(async ({ ctx, input }) => {
        changed(ctx.access, input.id)
        return follow(await store.setTool(input.id, input.patch))
      }),

    /** All of them or none; clients are told once. */
    setTools: managementProcedure
      .input(byId.extend({ patches: z.array(toolRulePatch).max(MAX_PATCHES) }))
      .mutation(async ({ ctx, input }) => {
        changed(ctx.access, input.id)
        return follow(await store.setTools(input.id, input.patches))
      }),
  }
}

/** What namespaces offer, and why. */
function offerProcedures({ offers }: NamespaceRouterOptions) {
  return {
    /** What each namespace offers, in numbers: one answer for every place that shows them. */
    summaries: managementProcedure.query(({ ctx }) => offers(ctx.access).summaries()),

    /** Everything that a namespace offers and hides. */
    offer: managementProcedure
      .input(byId.extend({ prefix: z.boolean().optional() }))
      .query(({ ctx, input }) => offers(ctx.access).offer(input.id, input.prefix)),

    /** Why clients see a tool, or do not. */
    why: managementProcedure
      .input(question)
      .query(({ ctx, input }) => offers(ctx.access).why(input)),

    /** Tools of any server by a part of their names, whether or not a namespace offers them. */
    findTools: managementProcedure
      .input(
        z.strictObject({ text: z.string().min(1), limit: z.int().min(1).max(100).default(20) }),
      )
      .query(({ ctx, input }) => offers(ctx.access).findTools(input.text, input.limit)),
  }
}

/** Those that a namespace has already may be put elsewhere, changed and taken out. */
function refuseModules(
  entries: readonly MiddlewareEntry[],
  before: readonly MiddlewareEntry[],
): void {
  const known = new Set(before.map(({ use }) => use))
  const problems = entries.flatMap(({ use }, at) =>
    isOwnModule(use) && !known.has(use)
      ? [{ path: ['middleware', at, 'use'], message: NO_OWN_MODULES }]
      : [],
  )
  if (problems.length > 0) throw new InvalidInput(problems)
}

function helpersOf({ store, server, invalidate }: NamespaceRouterOptions) {
  return {
    changed: (access: Access, id: string) =>
      access.requireChanged(store.get(id), () => noSuchNamespace(id)),
    /** Those that the caller does not see are refused as those that are not there. */
    refuseServers(access: Access, user: Owned, members: readonly { serverId: string }[]): void {
      const parts = members.map(({ serverId }) => server(serverId))
      const problems = members.flatMap(({ serverId }, at) => {
        const part = parts[at]
        return part && access.sees(part) ? [] : [noServer(serverId, at)]
      })
      if (problems.length > 0) throw new InvalidInput(problems)
      for (const part of parts) if (part) requirePart(user, { ...part, noun: 'server' })
    },
    async follow(namespace: Namespace): Promise<Namespace> {
      await invalidate(namespace.id)
      return namespace
    },
  }
}
