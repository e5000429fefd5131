import { z } from 'zod'
import type { OwnedServer } from '../../../shared/server.ts'
import type { Access } from '../access.ts'
import { callerKey } from '../caller.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noServer, type OAuth } from './oauth.ts'

export type OAuthRouterOptions = {
  oauth: Pick<OAuth, 'signIn' | 'signOut'>
  server: (id: string) => OwnedServer | undefined
}

const byServer = z.strictObject({ serverId: z.string() })

/** Signing in to servers and out of them, for management callers. */
export function oauthRouter({ oauth, server }: OAuthRouterOptions) {
  /** Whoever signs in does it for all who use the server. */
  const changed = (access: Access, id: string) =>
    access.requireChanged(server(id), () => noServer(id)).id

  return router({
    /** Answers with the URL to open in a browser; it is good for 10 min. */
    signIn: managementProcedure.input(byServer).mutation(({ input, ctx }) => {
      const id = changed(ctx.access, input.serverId)
      const { accountId } = ctx.access
      return oauth.signIn(id, { key: callerKey(ctx.caller), accountId })
    }),

    signOut: managementProcedure
      .input(byServer)
      .mutation(({ input, ctx }) => oauth.signOut(changed(ctx.access, input.serverId))),
  })
}
