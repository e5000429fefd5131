import { z } from 'zod'
import { COUNTED_MINUTES, LATEST_CALLS, type KeyUse } from '../../../shared/activity.ts'
import type { Access } from '../access.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { Activity } from './activity.ts'

export type ActivityRouterOptions = {
  activity: Activity
  /** Whether the caller sees the key with this id. */
  seesKey: (access: Access, id: string) => boolean
}

/** What clients do, for management callers. */
export function activityRouter({ activity, seesKey }: ActivityRouterOptions) {
  return router({
    overview: managementProcedure
      .input(z.strictObject({ minutes: z.int().min(1).max(COUNTED_MINUTES) }))
      .query(({ ctx, input }) => activity.overview(ctx.access, input.minutes)),

    clients: managementProcedure.query(({ ctx }) => activity.clients(ctx.access)),

    latest: managementProcedure
      .input(z.strictObject({ limit: z.int().min(1).max(LATEST_CALLS) }))
      .query(({ ctx, input }) => activity.latest(ctx.access, input.limit)),

    keys: managementProcedure.query(({ ctx }): Record<string, KeyUse> => {
      const uses = Object.entries(activity.keys())
      return Object.fromEntries(uses.filter(([id]) => seesKey(ctx.access, id)))
    }),
  })
}
