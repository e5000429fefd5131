import { z } from 'zod'
import { connectInput, importInput, previewInput, snippetInput } from '../../../shared/ai-client.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import type { Namespace } from '../../../shared/namespace.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import { adminProcedure, router } from '../rpc.ts'
import type { AiClientsService } from './clients.ts'
import { noEndpoint } from './parts.ts'

export type AiClientRouterOptions = {
  aiClients: AiClientsService
  endpoint: (id: string) => Endpoint | undefined
  namespace: (id: string) => Namespace | undefined
}

const byClient = z.strictObject({ clientId: z.string() })
const byConnection = z.strictObject({ connectionId: z.string() })

/** AI clients on the user's computer; what their files hold of others never comes out. */
export function aiClientRouter({ aiClients, ...things }: AiClientRouterOptions) {
  /** The input, unless it names what the caller does not see. */
  function seen<T extends { endpointId: string }>(access: Access, input: T): T {
    access.requireSeen(things.endpoint(input.endpointId), () => noEndpoint(input.endpointId))
    return input
  }

  return router({
    list: adminProcedure.query(({ ctx }) => aiClients.list(ctx.access)),

    preview: adminProcedure
      .input(previewInput)
      .query(({ ctx, input }) => aiClients.preview(seen(ctx.access, input))),

    connect: adminProcedure
      .input(connectInput)
      .mutation(({ ctx, input }) => aiClients.connect(seen(ctx.access, input), ctx.access)),

    disconnect: adminProcedure
      .input(byClient)
      .mutation(({ input }) => aiClients.disconnect(input.clientId)),

    undo: adminProcedure.input(byConnection).mutation(async ({ ctx, input }) => {
      const target = ctx.auditing?.find('clients.undo', await aiClients.undo(input.connectionId))
      if (target) ctx.about(target)
    }),

    difference: adminProcedure
      .input(byConnection)
      .query(({ input }) => aiClients.difference(input.connectionId)),

    rewriteAddresses: adminProcedure.mutation(() => aiClients.rewriteAddresses()),

    /** A mutation, because it makes a key. */
    snippet: adminProcedure
      .input(snippetInput)
      .mutation(({ ctx, input }) => aiClients.snippet(seen(ctx.access, input))),

    /** A mutation, because it makes a key. */
    link: adminProcedure
      .input(byClient.extend({ endpointId: z.string() }))
      .mutation(({ ctx, input }) => aiClients.link(seen(ctx.access, input))),

    findServers: adminProcedure.query(({ ctx }) => aiClients.findServers(ctx.access)),

    importServers: adminProcedure.input(importInput).mutation(async ({ ctx, input }) => {
      const { namespaceId } = input
      if (namespaceId !== null) {
        const missing = () => noNamespace(namespaceId)
        ctx.access.requireChanged(things.namespace(namespaceId), missing)
      }
      const imported = await aiClients.importServers(input, ctx.access)
      const [first] = imported
      const target = first && ctx.auditing?.find('servers.get', first.serverId)
      if (target) ctx.about(target)
      return imported
    }),
  })
}

function noNamespace(id: string): AppError {
  return new AppError('not-found', `There is no namespace with the id "${id}".`)
}
