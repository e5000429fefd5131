import { z } from 'zod'
import { connectInput, importInput, previewInput, snippetInput } from '../../../shared/ai-client.ts'
import { adminProcedure, router } from '../rpc.ts'
import type { AiClientsService } from './clients.ts'

export type AiClientRouterOptions = { aiClients: AiClientsService }

const byClient = z.strictObject({ clientId: z.string() })
const byConnection = z.strictObject({ connectionId: z.string() })

/** AI clients on the user's computer; what their files hold of others never comes out. */
export function aiClientRouter({ aiClients }: AiClientRouterOptions) {
  return router({
    list: adminProcedure.query(() => aiClients.list()),

    preview: adminProcedure.input(previewInput).query(({ input }) => aiClients.preview(input)),

    connect: adminProcedure.input(connectInput).mutation(({ input }) => aiClients.connect(input)),

    disconnect: adminProcedure
      .input(byClient)
      .mutation(({ input }) => aiClients.disconnect(input.clientId)),

    undo: adminProcedure
      .input(byConnection)
      .mutation(({ input }) => aiClients.undo(input.connectionId)),

    difference: adminProcedure
      .input(byConnection)
      .query(({ input }) => aiClients.difference(input.connectionId)),

    rewriteAddresses: adminProcedure.mutation(() => aiClients.rewriteAddresses()),

    /** A mutation, because it makes a key. */
    snippet: adminProcedure.input(snippetInput).mutation(({ input }) => aiClients.snippet(input)),

    /** A mutation, because it makes a key. */
    link: adminProcedure
      .input(byClient.extend({ endpointId: z.string() }))
      .mutation(({ input }) => aiClients.link(input)),

    findServers: adminProcedure.query(() => aiClients.findServers()),

    importServers: adminProcedure
      .input(importInput)
      .mutation(({ input }) => aiClients.importServers(input)),
  })
}
