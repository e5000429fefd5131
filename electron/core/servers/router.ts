import { z } from 'zod'
import type { Removed } from '../../../shared/removal.ts'
import type { ServerUse } from '../../../shared/server-catalog.ts'
import {
  approval,
  newServer,
  serverPatch,
  type OwnedServer,
  type ServerView,
} from '../../../shared/server.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import type { ServerRules } from '../server-rules.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { CatalogStore } from './catalog-store.ts'
import { catalogView } from './catalog-view.ts'
import { refuseToMoveSecrets } from './kept-secrets.ts'
import { patchServer } from './server-patch.ts'
import { noSuchServer } from './server-rows.ts'
import { serverView, type ServerStatus } from './server-view.ts'
import type { ServerStore } from './store.ts'
import { catalogTokens, type TokensOf } from './tool-tokens.ts'

/** What connections do for people; each resolves with whether the server came up. */
type ServerStarts = {
  /** Ends what is there and starts anew; this once it may take `startTimeoutMs`. */
  again(id: string, startTimeoutMs?: number): Promise<boolean>
  /** Starts it unless it runs. */
  ifNeeded(id: string): Promise<boolean>
}

export type ServerRouterOptions = {
  store: ServerStore
  catalogs: CatalogStore
  tokensOf: TokensOf
  status: (id: string) => ServerStatus
  starts: ServerStarts
  /** The last 64 KB that it wrote to stderr, secrets masked. */
  stderr: (id: string) => string
  /** As far as the caller sees it. */
  usedBy: (id: string, access: Access) => ServerUse[]
  rules: ServerRules
  /** Whether it is as an account that is gone has left it. */
  isLeftBehind: (server: OwnedServer) => boolean
  /** What stands for its tools by its name is for its new one; awaited before the answer. */
  renamed: (before: OwnedServer, after: OwnedServer) => Promise<void>
  /** Makes live connections follow a change; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
  /** Removes them all, and what is live follows. */
  remove: (ids: string[]) => Promise<Removed>
}

const MAX_START_MS = 3_600_000

const byId = z.strictObject({ id: z.string() })
const byIds = z.strictObject({ ids: z.array(z.string()).min(1).max(1_000) })
const longer = byId.extend({ ms: z.int().min(1_000).max(MAX_START_MS) })

/** Servers, for management callers: secrets go in, and never come out. */
export function serverRouter(options: ServerRouterOptions) {
  const { store, remove, rules, isLeftBehind } = options
  const { view, follow, seen, changed } = helpersOf(options)

  return router({
    ...liveProcedures(options),
    ...switchProcedures(options),
    list: managementProcedure.query(({ ctx }) =>
      ctx.access.seen(store.list()).map((server) => view(ctx.access, server)),
    ),
    get: managementProcedure
      .input(byId)
      .query(({ ctx, input }) => view(ctx.access, seen(ctx.access, input.id))),

    /** A program waits for approval, unless who adds it has seen it whole. */
    create: managementProcedure.input(newServer).mutation(async ({ ctx, input }) => {
      const { approve: _, ...after } = input
      rules.refuse(ctx.access, { after, ownerId: ctx.access.accountId })
      return follow(ctx.access, await store.create(input, ctx.access.accountId))
    }),

    /** So does one whose command, arguments, folder or environment are others now. */
    update: managementProcedure
      .input(byId.extend({ patch: serverPatch, ...approval }))
      .mutation(async ({ ctx, input: { id, patch, approve } }) => {
        const known = changed(ctx.access, id)
        const { id: _, ownerId, approved: __, ...before } = known
        const isOwn = ownerId === ctx.access.accountId
        if (ownerId === null ? isLeftBehind(known) : !isOwn) refuseToMoveSecrets(before, patch)
        rules.refuse(ctx.access, { before, after: patchServer(before, patch), ownerId })
        const after = await store.update(id, { ...patch, approve })
        if (after.name !== known.name) await options.renamed(known, after)
        return follow(ctx.access, after)
      }),

    /** Can be undone for a while: see removals. */
    delete: managementProcedure.input(byId).mutation(({ ctx, input }) => {
      changed(ctx.access, input.id)
      return remove([input.id])
    }),

    /** All of them with one undo. */
    deleteMany: managementProcedure.input(byIds).mutation(({ ctx, input }) => {
      for (const id of input.ids) changed(ctx.access, id)
      return remove(input.ids)
    }),
  })
}

/** Servers that are on and off. */
function switchProcedures(options: ServerRouterOptions) {
  const { store } = options
  const { follow, changed } = helpersOf(options)
  return {
    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ ctx, input: { id, enabled } }) => {
        changed(ctx.access, id)
        return follow(ctx.access, await store.update(id, { enabled }))
      }),

    setEnabledMany: managementProcedure
      .input(byIds.extend({ enabled: z.boolean() }))
      .mutation(async ({ ctx, input: { ids, enabled } }) => {
        for (const id of ids) changed(ctx.access, id)
        const updated: OwnedServer[] = []
        for (const id of ids) updated.push(await store.update(id, { enabled }))
        return Promise.all(updated.map((server) => follow(ctx.access, server)))
      }),
  }
}

/** What a server does and says now. */
function liveProcedures(options: ServerRouterOptions) {
  const { catalogs, starts, stderr, usedBy, tokensOf } = options
  const { view, seen, changed, requireOn } = helpersOf(options)

  return {
    /** Answers at once; how it goes is told by its state. */
    restart: managementProcedure.input(byId).mutation(({ ctx, input: { id } }) => {
      const server = requireOn(changed(ctx.access, id))
      void starts.again(id)
      return view(ctx.access, server)
    }),

    /** The same with more time, this once. */
    waitLonger: managementProcedure.input(longer).mutation(({ ctx, input: { id, ms } }) => {
      const server = requireOn(changed(ctx.access, id))
      void starts.again(id, ms)
      return view(ctx.access, server)
    }),

    /** Starts it if it does not run, and waits for the outcome. */
    test: managementProcedure.input(byId).mutation(async ({ ctx, input: { id } }) => {
      const server = requireOn(seen(ctx.access, id))
      const works = await starts.ifNeeded(id)
      return { works, server: view(ctx.access, server) }
    }),

    catalog: managementProcedure.input(byId).query(({ ctx, input: { id } }) => {
      const { name } = seen(ctx.access, id)
      return catalogView(catalogs.get(id).catalog, name, tokensOf)
    }),

    stderr: managementProcedure.input(byId).query(({ ctx, input: { id } }) => {
      // What a process prints may be about anybody's calls.
      return { text: ctx.access.changes(seen(ctx.access, id)) ? stderr(id) : '' }
    }),

    usedBy: managementProcedure.input(byId).query(({ ctx, input: { id } }) => {
      seen(ctx.access, id)
      return usedBy(id, ctx.access)
    }),
  }
}

function helpersOf({ store, catalogs, status, invalidate, tokensOf }: ServerRouterOptions) {
  function view(access: Access, server: OwnedServer): ServerView {
    const { catalog, ownConnections, triedAt, error } = catalogs.get(server.id)
    const now = {
      ...status(server.id),
      toolCount: catalog?.tools.length ?? null,
      tokenCount: catalogTokens(catalog, server.name, tokensOf),
      lastSeenAt: triedAt === null || error !== null ? null : Date.parse(triedAt),
      ownConnections,
    }
    return serverView(server, now, access.changes(server))
  }

  return {
    view,
    seen: (access: Access, id: string) => access.requireSeen(store.get(id), () => noSuchServer(id)),
    changed: (access: Access, id: string) =>
      access.requireChanged(store.get(id), () => noSuchServer(id)),
    requireOn(server: OwnedServer): OwnedServer {
      if (!server.enabled) throw new AppError('invalid', `The server "${server.name}" is off.`)
      return server
    },
    async follow(access: Access, server: OwnedServer): Promise<ServerView> {
      await invalidate(server.id)
      return view(access, server)
    },
  }
}
