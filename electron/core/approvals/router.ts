import { z } from 'zod'
import { APPROVAL_ANSWERS, type ApprovalView } from '../../../shared/approval.ts'
import { AppError } from '../errors.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { Approvals } from './approvals.ts'

export type ApprovalRouterOptions = {
  approvals: Approvals
  /** From now on the namespace that the call goes through lets the tool pass; awaited. */
  allowAlways: (call: ApprovalView) => Promise<void>
  /** The account that keeps a namespace to itself. */
  keeperOf: (namespaceId: string | null) => string | null
}

const byId = z.strictObject({ id: z.string() })

/** Calls that wait for a person, for those who may decide on them. */
export function approvalRouter(options: ApprovalRouterOptions) {
  const { approvals, allowAlways, keeperOf } = options
  return router({
    list: managementProcedure.query(({ ctx }) => approvals.list(ctx.access)),

    /** With all of its arguments. */
    get: managementProcedure
      .input(byId)
      .query(({ ctx, input }) => approvals.get(ctx.access, input.id)),

    /** The first answer counts. */
    decide: managementProcedure
      .input(byId.extend({ answer: z.enum(APPROVAL_ANSWERS) }))
      .mutation(async ({ ctx, input: { id, answer } }) => {
        const call = approvals.get(ctx.access, id)
        const { serverId, server, tool, namespaceId } = call
        const name = `${server}__${tool}`
        ctx.about({ kind: 'server', id: serverId, name, ownerId: keeperOf(namespaceId) })
        if (answer === 'always' && !call.mayAlways) {
          const text =
            'The namespace is shared by somebody else: allow it once, or for this session.'
          throw new AppError('forbidden', text)
        }
        if (answer === 'always') await allowAlways(call)
        approvals.decide(ctx.access, id, answer)
      }),
  })
}
