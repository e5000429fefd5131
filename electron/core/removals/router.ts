import { z } from 'zod'
import { managementProcedure, router } from '../rpc.ts'
import type { Removals } from './removals.ts'

export type RemovalRouterOptions = { removals: Pick<Removals, 'list' | 'restore' | 'about'> }

/** What was removed a short while ago, and its way back. */
export function removalRouter({ removals }: RemovalRouterOptions) {
  return router({
    list: managementProcedure.query(({ ctx }) => removals.list(ctx.access)),

    restore: managementProcedure
      .input(z.strictObject({ id: z.string() }))
      .mutation(({ ctx, input }) => {
        const target = removals.about(input.id, ctx.access)
        if (target) ctx.about(target)
        return removals.restore(input.id, ctx.access)
      }),
  })
}
