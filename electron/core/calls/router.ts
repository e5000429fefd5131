import { z } from 'zod'
import { MAX_CALL_BUCKETS, MAX_CALLS_PAGE } from '../../../shared/calls.ts'
import type { Access } from '../access.ts'
import { AppError } from '../errors.ts'
import { adminProcedure, managementProcedure, router } from '../rpc.ts'
import type { CallReader } from './call-rows.ts'
import type { Calls } from './calls.ts'

export type CallsRouterOptions = {
  calls: Omit<Calls, 'called' | 'close'>
  /** What stands behind a dot in the addresses of an account's endpoints. */
  handleOf: (accountId: string) => string | null
}

const time = z.number().min(0).max(8_000_000_000_000)
const id = z.int().min(0)

const filters = z.strictObject({
  server: z.string().max(100).optional(),
  endpoint: z.string().max(200).optional(),
  client: z.string().max(200).optional(),
  outcome: z
    .union([z.enum(['ok', 'failed', 'tool-error', 'cancelled']), z.string().regex(/^-?\d{1,10}$/)])
    .optional(),
  name: z.string().max(1_000).optional(),
  text: z.string().max(200).optional(),
  since: time.optional(),
  until: time.optional(),
})

/** Equal parts of a time. */
const parts = z
  .strictObject({
    since: time,
    until: time,
    buckets: z.int().min(1).max(MAX_CALL_BUCKETS),
    filters: filters.default({}),
  })
  .refine(({ since, until }) => until > since, { path: ['until'], error: 'is too early' })

/** What clients called, as far as the caller may know. */
export function callsRouter({ calls, handleOf }: CallsRouterOptions) {
  const readerOf = ({ isOperator, accountId, isAdmin }: Access): CallReader | null => {
    if (isOperator) return null
    return { accountId: accountId ?? '', handle: accountId && handleOf(accountId), isAdmin }
  }
  return router({
    /** Newest first: those before a call, or after one, by its id. */
    list: managementProcedure
      .input(
        z.strictObject({
          before: id.optional(),
          after: id.optional(),
          limit: z.int().min(1).max(MAX_CALLS_PAGE),
          filters: filters.default({}),
        }),
      )
      .query(({ ctx, input }) => calls.list({ ...input, reader: readerOf(ctx.access) })),

    get: managementProcedure.input(z.strictObject({ id })).query(async ({ ctx, input }) => {
      const call = await calls.get(input.id, readerOf(ctx.access))
      if (call) return call
      throw new AppError('not-found', 'There is no such call in the log.')
    }),

    stats: managementProcedure
      .input(
        z.strictObject({
          by: z.enum(['server', 'tool', 'client', 'endpoint']),
          filters: filters.default({}),
        }),
      )
      .query(({ ctx, input }) => calls.stats({ ...input, reader: readerOf(ctx.access) })),

    /** Counts of so many equal parts of a time. */
    pace: managementProcedure
      .input(parts)
      .query(({ ctx, input }) => calls.pace({ ...input, reader: readerOf(ctx.access) })),

    choices: managementProcedure.query(({ ctx }) => calls.choices(readerOf(ctx.access))),

    /** How much others call is told administrators alone. */
    health: managementProcedure.query(({ ctx }) => {
      const health = calls.health()
      return ctx.access.isAdmin ? health : { ...health, written: 0, queued: 0 }
    }),

    /** Deletes what the caller may see. */
    clear: adminProcedure.mutation(async ({ ctx }) => ({
      cleared: await calls.clear(readerOf(ctx.access)),
    })),
  })
}
