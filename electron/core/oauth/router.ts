import { z } from 'zod'
import { managementProcedure, router } from '../rpc.ts'
import type { OAuth } from './oauth.ts'

export type OAuthRouterOptions = { oauth: Pick<OAuth, 'signIn' | 'signOut'> }

const byServer = z.strictObject({ serverId: z.string() })

/** Signing in to servers and out of them, for management callers. */
export function oauthRouter({ oauth }: OAuthRouterOptions) {
  return router({
    /** Answers with the URL to open in a browser; it is good for 10 min. */
    signIn: managementProcedure
      .input(byServer)
      .mutation(({ input, ctx }) => oauth.signIn(input.serverId, ctx.caller.kind)),

    signOut: managementProcedure
      .input(byServer)
      .mutation(({ input }) => oauth.signOut(input.serverId)),
  })
}
