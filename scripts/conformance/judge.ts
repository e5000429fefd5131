import { IMPOSSIBLE, type Impossible } from './impossible.ts'
import type { Job } from './jobs.ts'
import type { Outcome } from './suite.ts'

/** An outcome beside what was expected of it. */
export type Judged = Outcome & {
  impossible: Impossible | null
  /** Why the run fails for it, in words; `null` when it does not. */
  unexpected: string | null
}

export function judge(job: Job, outcomes: Outcome[]): Judged[] {
  const judged = outcomes.map((outcome) => {
    const impossible = IMPOSSIBLE.find((entry) => isAbout(entry, job, outcome.scenario)) ?? null
    return { ...outcome, impossible, unexpected: whyUnexpected(outcome, impossible) }
  })
  return [...judged, ...missing(job, outcomes)]
}

export function isAbout(entry: Impossible, job: Job, scenario = entry.scenario): boolean {
  if (entry.scenario !== scenario || entry.kind !== job.kind) return false
  if (entry.kind === 'client' || job.kind === 'client') return true
  return entry.client === job.client && entry.server === job.server
}

function whyUnexpected(outcome: Outcome, impossible: Impossible | null): string | null {
  if (impossible) {
    return outcome.passed ? 'passes, although impossible.ts says that it cannot' : null
  }
  return outcome.passed || outcome.unscored !== null ? null : 'fails'
}

/** Entries whose scenario the suite does not have, or has no more; clients' depend on the era. */
function missing(job: Job, outcomes: Outcome[]): Judged[] {
  if (job.kind === 'client') return []
  const known = new Set(outcomes.map(({ scenario }) => scenario))
  return IMPOSSIBLE.filter((entry) => isAbout(entry, job) && !known.has(entry.scenario)).map(
    (impossible) => ({
      scenario: impossible.scenario,
      passed: false,
      unscored: null,
      failures: [],
      impossible,
      unexpected: 'stands in impossible.ts, but is no scenario',
    }),
  )
}
