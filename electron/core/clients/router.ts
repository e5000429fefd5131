import { z } from 'zod'
import { connectInput, importInput, previewInput, snippetInput } from '../../../shared/ai-client.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { AiClientsService } from './clients.ts'

export type AiClientRouterOptions = { aiClients: AiClientsService }

const byClient = z.strictObject({ clientId: z.string() })
const byConnection = z.strictObject({ connectionId: z.string() })

/** AI clients on the user's computer; what their files hold of others never comes out. */
export function aiClientRouter({ aiClients }: AiClientRouterOptions) {
  return router({
    list: managementProcedure.query(() => aiClients.list()),

    preview: managementProcedure.input(previewInput).query(({ input }) => aiClients.preview(input)),

    connect: managementProcedure
      .input(connectInput)
      .mutation(({ input }) => aiClients.connect(input)),

    disconnect: managementProcedure
      .input(byClient)
      .mutation(({ input }) => aiClients.disconnect(input.clientId)),

    undo: managementProcedure
      .input(byConnection)
      .mutation(({ input }) => aiClients.undo(input.connectionId)),

    difference: managementProcedure
      .input(byConnection)
      .query(({ input }) => aiClients.difference(input.connectionId)),

    rewriteAddresses: managementProcedure.mutation(() => aiClients.rewriteAddresses()),

    /** A mutation, because it makes a key. */
    snippet: managementProcedure
      .input(snippetInput)
      .mutation(({ input }) => aiClients.snippet(input)),

    /** A mutation, because it makes a key. */
    link: managementProcedure
      .input(byClient.extend({ endpointId: z.string() }))
      .mutation(({ input }) => aiClients.link(input)),

    findServers: managementProcedure.query(() => aiClients.findServers()),

    importServers: managementProcedure
      .input(importInput)
      .mutation(({ input }) => aiClients.importServers(input)),
  })
}
