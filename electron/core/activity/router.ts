import { z } from 'zod'
import { COUNTED_MINUTES, LATEST_CALLS } from '../../../shared/activity.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { Activity } from './activity.ts'

export type ActivityRouterOptions = { activity: Activity }

/** What clients do, for management callers. */
export function activityRouter({ activity }: ActivityRouterOptions) {
  return router({
    overview: managementProcedure
      .input(z.strictObject({ minutes: z.int().min(1).max(COUNTED_MINUTES) }))
      .query(({ input }) => activity.overview(input.minutes)),

    clients: managementProcedure.query(() => activity.clients()),

    latest: managementProcedure
      .input(z.strictObject({ limit: z.int().min(1).max(LATEST_CALLS) }))
      .query(({ input }) => activity.latest(input.limit)),

    keys: managementProcedure.query(() => activity.keys()),
  })
}
