import type { ServerProblem } from '../../../shared/server-problem.ts'

/** An error whose cause is known in facts, beside the words for people. */
export class KnownProblem extends Error {
  readonly problem: ServerProblem | null

  constructor(message: string, problem: ServerProblem | null, options?: ErrorOptions) {
    super(message, options)
    this.problem = problem
  }
}

/** The facts of an error, or of what it was caused by. */
export function problemOf(error: unknown): ServerProblem | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof KnownProblem && at.problem) return at.problem
  }
  return null
}

/** The same problem with every secret hidden in its texts. */
export function maskProblem(problem: ServerProblem, mask: (text: string) => string): ServerProblem {
  const masked = Object.entries(problem).map(([name, fact]) => {
    return [name, typeof fact === 'string' && name !== 'code' ? mask(fact) : fact]
  })
  return Object.fromEntries(masked) as ServerProblem
}
