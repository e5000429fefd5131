import { z } from 'zod'
import type { Removed } from '../../../shared/removal.ts'
import type { ServerUse } from '../../../shared/server-catalog.ts'
import {
  serverDefinition,
  serverPatch,
  type OwnedServer,
  type ServerView,
} from '../../../shared/server.ts'
import { AppError } from '../errors.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { CatalogStore } from './catalog-store.ts'
import { catalogView } from './catalog-view.ts'
import { noSuchServer } from './server-rows.ts'
import { serverView, type ServerStatus } from './server-view.ts'
import type { ServerStore } from './store.ts'
import { catalogTokens } from './tool-tokens.ts'

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
  status: (id: string) => ServerStatus
  starts: ServerStarts
  /** The last 64 KB that it wrote to stderr, secrets masked. */
  stderr: (id: string) => string
  usedBy: (id: string) => ServerUse[]
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
  const { store, remove } = options
  const { view, follow, require } = helpersOf(options)

  return router({
    ...liveProcedures(options),
    list: managementProcedure.query(() => store.list().map(view)),
    get: managementProcedure.input(byId).query(({ input }) => view(require(input.id))),

    create: managementProcedure
      .input(serverDefinition)
      .mutation(async ({ input }) => follow(await store.create(input))),

    update: managementProcedure
      .input(byId.extend({ patch: serverPatch }))
      .mutation(async ({ input }) => follow(await store.update(input.id, input.patch))),

    /** Can be undone for a while: see removals. */
    delete: managementProcedure.input(byId).mutation(({ input }) => remove([input.id])),

    /** All of them with one undo. */
    deleteMany: managementProcedure.input(byIds).mutation(({ input }) => remove(input.ids)),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { id, enabled } }) => follow(await store.update(id, { enabled }))),

    setEnabledMany: managementProcedure
      .input(byIds.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { ids, enabled } }) => {
        ids.forEach(require)
        const changed: OwnedServer[] = []
        for (const id of ids) changed.push(await store.update(id, { enabled }))
        return Promise.all(changed.map(follow))
      }),
  })
}

/** What a server does and says now. */
function liveProcedures(options: ServerRouterOptions) {
  const { catalogs, starts, stderr, usedBy } = options
  const { view, require, requireOn } = helpersOf(options)

  return {
    /** Answers at once; how it goes is told by its state. */
    restart: managementProcedure.input(byId).mutation(({ input: { id } }) => {
      const server = requireOn(id)
      void starts.again(id)
      return view(server)
    }),

    /** The same with more time, this once. */
    waitLonger: managementProcedure.input(longer).mutation(({ input: { id, ms } }) => {
      const server = requireOn(id)
      void starts.again(id, ms)
      return view(server)
    }),

    /** Starts it if it does not run, and waits for the outcome. */
    test: managementProcedure.input(byId).mutation(async ({ input: { id } }) => {
      const server = requireOn(id)
      const works = await starts.ifNeeded(id)
      return { works, server: view(server) }
    }),

    catalog: managementProcedure.input(byId).query(({ input: { id } }) => {
      const { name } = require(id)
      return catalogView(catalogs.get(id).catalog, name)
    }),

    stderr: managementProcedure.input(byId).query(({ input: { id } }) => {
      require(id)
      return { text: stderr(id) }
    }),

    usedBy: managementProcedure.input(byId).query(({ input: { id } }) => {
      require(id)
      return usedBy(id)
    }),
  }
}

function helpersOf({ store, catalogs, status, invalidate }: ServerRouterOptions) {
  function view(server: OwnedServer): ServerView {
    const { catalog, ownConnections, triedAt, error } = catalogs.get(server.id)
    return serverView(server, {
      ...status(server.id),
      toolCount: catalog?.tools.length ?? null,
      tokenCount: catalogTokens(catalog, server.name),
      lastSeenAt: triedAt === null || error !== null ? null : Date.parse(triedAt),
      ownConnections,
    })
  }

  function require(id: string): OwnedServer {
    const server = store.get(id)
    if (!server) throw noSuchServer(id)
    return server
  }

  return {
    view,
    require,
    requireOn(id: string): OwnedServer {
      const server = require(id)
      if (!server.enabled) throw new AppError('invalid', `The server "${server.name}" is off.`)
      return server
    },
    async follow(server: OwnedServer): Promise<ServerView> {
      await invalidate(server.id)
      return view(server)
    },
  }
}
