import { z } from 'zod'
import {
  answerInput,
  completeInput,
  inspectorTarget,
  runInput,
  type AnswerInput,
  type CompleteInput,
  type InspectorTarget,
  type InspectorView,
  type RunEvent,
  type RunInput,
} from '../../../shared/inspector.ts'
import type { Owned } from '../../../shared/account.ts'
import type { Access } from '../access.ts'
import { callerKey } from '../caller.ts'
import { managementProcedure, router } from '../rpc.ts'
import { noTarget } from './targets.ts'

export type InspectorRouterOptions = {
  inspector: {
    list(target: InspectorTarget): Promise<InspectorView>
    start(caller: string, input: RunInput): Promise<string>
    events(caller: string, runId: string, signal: AbortSignal): AsyncGenerator<RunEvent, void>
    answer(caller: string, input: AnswerInput): void
    cancel(caller: string, runId: string): void
    complete(caller: string, input: CompleteInput): Promise<{ values: string[]; hasMore: boolean }>
  }
  /** What a target is of; `undefined` where there is no such thing. */
  owned: (target: InspectorTarget) => Owned | undefined
}

const byRun = z.strictObject({ runId: z.string() })

/** Trying things out by hand, for management callers. */
export function inspectorRouter({ inspector, owned }: InspectorRouterOptions) {
  function refuseUnseen(access: Access, target: InspectorTarget): void {
    access.requireSeen(owned(target), () => noTarget(target))
  }

  return router({
    list: managementProcedure
      .input(z.strictObject({ target: inspectorTarget }))
      .query(({ ctx, input }) => {
        refuseUnseen(ctx.access, input.target)
        return inspector.list(input.target)
      }),

    /**
     * Begins a run. Apart from reading what comes of it: a browser opens a stream that broke once
     * more, by GET, and that must never call a tool again.
     */
    start: managementProcedure.input(runInput).mutation(async ({ ctx, input }) => {
      refuseUnseen(ctx.access, input.target)
      return { runId: await inspector.start(callerKey(ctx.caller), input) }
    }),

    /** A run's events from its first one; who leaves cancels it, after a moment to come back. */
    events: managementProcedure.input(byRun).subscription(({ ctx, input, signal }) => {
      const until = signal ?? new AbortController().signal
      return inspector.events(callerKey(ctx.caller), input.runId, until)
    }),

    answer: managementProcedure
      .input(answerInput)
      .mutation(({ ctx, input }) => inspector.answer(callerKey(ctx.caller), input)),

    cancel: managementProcedure
      .input(byRun)
      .mutation(({ ctx, input }) => inspector.cancel(callerKey(ctx.caller), input.runId)),

    /** A mutation only because what people type belongs into no address. */
    complete: managementProcedure.input(completeInput).mutation(({ ctx, input }) => {
      refuseUnseen(ctx.access, input.target)
      return inspector.complete(callerKey(ctx.caller), input)
    }),
  })
}
