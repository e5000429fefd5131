import { acceptInput, approveInput, refuseInput, unacceptInput } from '../../../shared/trust.ts'
import type { NotedTarget } from '../auditing.ts'
import { managementProcedure, router, type RpcContext } from '../rpc.ts'
import type { Trust } from './trust.ts'

export type TrustRouterOptions = { trust: Trust }

/** What waits for a person, and what they decide. */
export function trustRouter({ trust }: TrustRouterOptions) {
  return router({
    /** Tools that are new or changed, and commands that nobody has approved, with all they say. */
    list: managementProcedure.query(({ ctx }) => trust.list(ctx.access)),

    /** How much of it the caller may decide. */
    count: managementProcedure.query(({ ctx }) => trust.count(ctx.access)),

    /** Takes tools in as they were looked at; `accepted` takes that back. */
    accept: managementProcedure.input(acceptInput).mutation(async ({ ctx, input }) => {
      aboutNamespace(ctx, input.namespaceId)
      return { accepted: await trust.accept(ctx.access, input) }
    }),

    /** Takes accepting back: they wait as before, or are to be looked at once more. */
    unaccept: managementProcedure.input(unacceptInput).mutation(async ({ ctx, input }) => {
      aboutNamespace(ctx, input.namespaceId)
      await trust.unaccept(ctx.access, input)
    }),

    /** Switches tools off in the namespace, for good. */
    refuse: managementProcedure.input(refuseInput).mutation(async ({ ctx, input }) => {
      aboutNamespace(ctx, input.namespaceId)
      await trust.refuse(ctx.access, input)
    }),

    /** Takes a refusal back: they wait as before. */
    restore: managementProcedure.input(refuseInput).mutation(async ({ ctx, input }) => {
      aboutNamespace(ctx, input.namespaceId)
      await trust.restore(ctx.access, input)
    }),

    /** Lets a server's command run, from now on. */
    approveCommand: managementProcedure.input(approveInput).mutation(async ({ ctx, input }) => {
      await trust.approve(ctx.access, input)
    }),
  })
}

type Noting = Pick<RpcContext, 'auditing'> & { about: (target: NotedTarget) => void }

function aboutNamespace({ auditing, about }: Noting, id: string): void {
  const target = auditing?.find('namespaces.get', id)
  if (target) about(target)
}
