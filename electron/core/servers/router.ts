import { z } from 'zod'
import {
  serverDefinition,
  serverPatch,
  type Server,
  type ServerState,
  type ServerView,
  type SignInStatus,
} from '../../../shared/server.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { CatalogStore } from './catalog-store.ts'
import { noSuchServer } from './server-rows.ts'
import { serverView } from './server-view.ts'
import type { ServerStore } from './store.ts'

export type ServerRouterOptions = {
  store: ServerStore
  catalogs: CatalogStore
  status: (id: string) => { state: ServerState; error: string | null; signIn: SignInStatus }
  /** Makes live connections follow a change; awaited before the answer. */
  invalidate: (id: string) => Promise<void>
}

const byId = z.strictObject({ id: z.string() })

/** Servers, for management callers: secrets go in, and never come out. */
export function serverRouter({ store, catalogs, status, invalidate }: ServerRouterOptions) {
  function view(server: Server): ServerView {
    const { catalog, ownConnections } = catalogs.get(server.id)
    const toolCount = catalog?.tools.length ?? null
    return serverView(server, { ...status(server.id), toolCount, ownConnections })
  }

  async function follow(server: Server): Promise<ServerView> {
    await invalidate(server.id)
    return view(server)
  }

  return router({
    list: managementProcedure.query(() => store.list().map(view)),

    get: managementProcedure.input(byId).query(({ input }) => {
      const server = store.get(input.id)
      if (!server) throw noSuchServer(input.id)
      return view(server)
    }),

    create: managementProcedure
      .input(serverDefinition)
      .mutation(async ({ input }) => follow(await store.create(input))),

    update: managementProcedure
      .input(byId.extend({ patch: serverPatch }))
      .mutation(async ({ input }) => follow(await store.update(input.id, input.patch))),

    delete: managementProcedure.input(byId).mutation(async ({ input }) => {
      await store.delete(input.id)
      await invalidate(input.id)
      catalogs.forget(input.id)
    }),

    setEnabled: managementProcedure
      .input(byId.extend({ enabled: z.boolean() }))
      .mutation(async ({ input: { id, enabled } }) => follow(await store.update(id, { enabled }))),
  })
}
