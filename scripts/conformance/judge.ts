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
  const entries = IMPOSSIBLE.filter((entry) => isAbout(entry, job))
  const judged = outcomes.map((outcome) => {
    const impossible = entries.find(({ scenario }) => scenario === outcome.scenario) ?? null
    return { ...outcome, impossible, unexpected: whyUnexpected(outcome, impossible) }
  })
  return [...judged, ...missing(entries, outcomes)]
}

export function isAbout(entry: Impossible, job: Job): boolean {
  if (entry.kind === 'client') return job.kind === 'client' && entry.era === job.era
  return job.kind === 'server' && entry.client === job.client && entry.server === job.server
}

function whyUnexpected(outcome: Outcome, impossible: Impossible | null): string | null {
  if (impossible) {
    return outcome.passed ? 'passes, although impossible.ts says that it cannot' : null
  }
  return outcome.passed || outcome.unscored !== null ? null : 'fails'
}

/** Entries whose scenario the suite does not have, or has no more. */
function missing(entries: Impossible[], outcomes: Outcome[]): Judged[] {
  const known = new Set(outcomes.map(({ scenario }) => scenario))
  return entries
    .filter(({ scenario }) => !known.has(scenario))
    .map((impossible) => ({
      scenario: impossible.scenario,
      passed: false,
      unscored: null,
      failures: [],
      impossible,
      unexpected: 'stands in impossible.ts, but is no scenario',
    }))
}
