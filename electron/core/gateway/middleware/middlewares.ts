import { z } from 'zod'
import {
  isOwnModule,
  type MiddlewareEntry,
  type MiddlewareKindView,
} from '../../../../shared/middleware.ts'
import { parseInput, InvalidInput, type Problem } from '../../problems.ts'
import type { Middleware } from '../call.ts'
import type { FixedKind, MiddlewareKind, MiddlewarePlace } from './kind.ts'
import { FIXED_KINDS } from './kinds.ts'
import type { OwnModules } from './own-modules.ts'

/** What stands in a list of middlewares, and what becomes of it. */
export interface Middlewares {
  /** Those that always run, and those that a list can name, with their options. */
  kinds(): MiddlewareKindView[]
  /** Throws `InvalidInput` with the place of every mistake in a list. */
  check(entries: readonly MiddlewareEntry[]): void
  /** One for each entry that is on, in order; `placeOf` is asked with the entry's own name. */
  make(
    entries: readonly MiddlewareEntry[],
    placeOf: (entry: string) => MiddlewarePlace,
  ): Middleware[]
}

export function openMiddlewares(
  kinds: readonly MiddlewareKind[],
  modules: OwnModules,
): Middlewares {
  const byName = new Map(kinds.map((kind) => [kind.use, kind]))

  function problemsOf(entry: MiddlewareEntry, at: number): Problem[] {
    const { use, enabled: _, ...options } = entry
    if (isOwnModule(use)) return []
    const kind = byName.get(use)
    if (FIXED_KINDS.some((fixed) => fixed.use === use)) {
      return [{ path: [at, 'use'], message: 'always runs, before all others: leave it out' }]
    }
    if (!kind) {
      const known = [...byName.keys()].map((name) => `"${name}"`).join(', ')
      return [{ path: [at, 'use'], message: `is none of ${known}` }]
    }
    try {
      parseInput(kind.options, options)
      return []
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      return error.problems.map(({ path, message }) => ({ path: [at, ...path], message }))
    }
  }

  return {
    kinds: () => [
      ...FIXED_KINDS.map((kind) => ({ ...viewOf(kind), isFixed: true })),
      ...kinds.map((kind) => ({ ...viewOf(kind), isFixed: false })),
    ],
    check(entries) {
      const problems = entries.flatMap(problemsOf)
      if (problems.length === 0) return
      throw new InvalidInput(
        problems.map(({ path, message }) => ({ path: ['middleware', ...path], message })),
      )
    },
    make(entries, placeOf) {
      const seen = new Map<string, number>()
      return entries.flatMap((entry) => {
        const { use, enabled = true, ...options } = entry
        if (!enabled) return []
        // Two entries may be the same: each has its own state.
        const name = JSON.stringify(entry)
        const count = seen.get(name) ?? 0
        seen.set(name, count + 1)
        const place = placeOf(`${name}\n${count}`)
        const kind = byName.get(use)
        return [kind ? kind.make(kind.options.parse(options), place) : modules.make(entry, place)]
      })
    },
  }
}

function viewOf({ use, options }: FixedKind) {
  return { use, options: z.toJSONSchema(options, { io: 'input' }) as Record<string, unknown> }
}
