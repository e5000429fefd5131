import { z } from 'zod'
import type { KeptPayload } from '../../kept-payload.ts'
import type { Middleware } from '../call.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

type Options = { arguments: boolean; results: boolean; maxCharacters: number }

/**
 * Has the call log keep what was asked and answered, as it passes here: after the entries further
 * out for arguments, after those further in for results. Without secrets, and without what any
 * `redact` of the same list hides, wherever that stands.
 */
export const logCall = middlewareKind<Options>({
  use: 'log-call',
  options: z.strictObject({
    arguments: z
      .boolean()
      .default(true)
      .meta({ title: 'Arguments', description: 'What clients ask for.' }),
    results: z
      .boolean()
      .default(true)
      .meta({ title: 'Results', description: 'What servers answer.' }),
    maxCharacters: z
      .int()
      .min(100)
      .max(100_000)
      .default(10_000)
      .meta({ title: 'Characters', description: 'The most that is kept of each.' }),
  }),
  make: (options, place) => logged(options, place),
})

function logged(options: Options, { redactions }: MiddlewarePlace): Middleware {
  const { maxCharacters } = options
  // By then all have added theirs, also those further in.
  let hides: KeptPayload['redactions'] | null = null
  return (next) =>
    async function logCall(call) {
      const { route } = call
      // Of what nobody takes a note there is nothing to keep.
      if (!route) return next(call)
      hides ??= redactions.map(({ logged }) => logged)
      const kept: KeptPayload = { ...route.kept, maxCharacters, redactions: hides }
      route.kept = kept
      if (options.arguments) kept.arguments = call.params.arguments
      const result = await next(call)
      if (options.results) kept.result = result
      return result
    }
}
