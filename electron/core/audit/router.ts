import { z } from 'zod'
import { MAX_AUDIT_PAGE } from '../../../shared/audit.ts'
import { adminProcedure, router } from '../rpc.ts'
import type { Audit } from './audit.ts'

export type AuditRouterOptions = { audit: Pick<Audit, 'list'> }

const asked = z.strictObject({
  before: z.int().min(0).optional(),
  limit: z.int().min(1).max(MAX_AUDIT_PAGE),
  text: z.string().max(200).optional(),
})

/** Who did what; an account's private things are told to it and the operator alone. */
export function auditRouter({ audit }: AuditRouterOptions) {
  return router({
    list: adminProcedure.input(asked).query(({ ctx: { access }, input }) => {
      const { accountId } = access
      return audit.list({ ...input, reader: accountId === null ? null : { accountId } })
    }),
  })
}
