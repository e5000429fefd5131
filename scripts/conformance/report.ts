import { format, resolveConfig } from 'prettier'
import type { Impossible } from './impossible.ts'
import type { Judged } from './judge.ts'
import { revisionOf, type Job } from './jobs.ts'

export type Ran = { job: Job; outcomes: Judged[] }

export type Versions = { suite: string; gateway: string; node: string }

/** The page of results, without times and dates: the same results make the same page. */
export async function writePage(ran: Ran[], versions: Versions, file: string): Promise<string> {
  const text = [head(versions), ...sections(ran)].join('\n\n')
  return format(text, { ...(await resolveConfig(file)), filepath: file })
}

function head({ suite, gateway, node }: Versions): string {
  return `# Conformance

Written by \`npm run conformance\`; do not edit. MetaMCP ${gateway} on Node ${node}, judged by
\`@modelcontextprotocol/conformance\` ${suite}: its server scenarios run against an endpoint of ours
(\`prefix: false\`) in front of a fixture server, its client scenarios against a gateway that has the
scenario's server for its own, and a client of the SDK in front.

A **legacy** client or server speaks revision 2025-11-25, a **modern** one 2026-07-28. What is "not
scored" the suite runs without counting it, with its word for the reason, and "skipped" is what then
found nothing to check. "Not possible" refers to the reasons below a table: the command fails when
such a scenario passes, or when another one that is scored fails.

Servers are defined as anybody would define them, but for the legacy one over stdio in front of a
modern client, which has \`isolation: session\`: on a pipe that is shared (\`auto\`) we declare what any
client might be asked, so the server cannot refuse a client beforehand that did not declare it, and
\`server-stateless\` fails. Such a client is not asked either way.`
}

function sections(ran: Ran[]): string[] {
  const groups = Map.groupBy(ran, ({ job }) => `${job.kind} ${revisionOf(job)}`)
  return [...groups.values()].map((group) => {
    const [first] = group
    return first ? section(first.job, group) : ''
  })
}

function section(job: Job, ran: Ran[]): string {
  const reasons = reasonsOf(ran)
  const rows = scenariosOf(ran).map((scenario) => row(scenario, ran, reasons))
  const columns = ran.map(({ job }) => columnOf(job))
  const table = [['scenario', ...columns], columns.concat('').map(() => '---'), ...rows]
  const lines = table.map((cells) => `| ${cells.join(' | ')} |`)
  return [`## ${titleOf(job)}`, tally(ran), lines.join('\n'), notes(reasons)]
    .filter(Boolean)
    .join('\n\n')
}

export function titleOf(job: Job): string {
  if (job.kind === 'client') return `Client scenarios of ${revisionOf(job)}, through us`
  return `Server scenarios of ${revisionOf(job)}, for a ${job.client} client`
}

export function columnOf(job: Job): string {
  return job.kind === 'server' ? `${job.server} server, ${job.transport}` : `${job.era}`
}

function scenariosOf(ran: Ran[]): string[] {
  return [...new Set(ran.flatMap(({ outcomes }) => outcomes.map(({ scenario }) => scenario)))]
}

/** Reasons in the order of their first use, each with the scenarios that it stops. */
function reasonsOf(ran: Ran[]): Map<string, Set<string>> {
  const reasons = new Map<string, Set<string>>()
  const entries = ran.flatMap(({ outcomes }) => outcomes.map(({ impossible }) => impossible))
  for (const entry of entries.filter((entry): entry is Impossible => entry !== null)) {
    const scenarios = reasons.get(entry.reason) ?? new Set()
    reasons.set(entry.reason, scenarios.add(entry.scenario))
  }
  return reasons
}

function row(scenario: string, ran: Ran[], reasons: Map<string, Set<string>>): string[] {
  const found = ran.map(({ outcomes }) => outcomes.find((one) => one.scenario === scenario))
  const unscored = found.find((outcome) => outcome?.unscored)?.unscored
  const cells = found.map((outcome) => {
    if (!outcome) return ''
    if (outcome.passed) return 'pass'
    if (!outcome.impossible) return outcome.failures.length > 0 ? 'fail' : 'skipped'
    return `not possible (${[...reasons.keys()].indexOf(outcome.impossible.reason) + 1})`
  })
  return [`\`${scenario}\`${unscored ? ` (not scored: ${unscored})` : ''}`, ...cells]
}

function tally(ran: Ran[]): string {
  return ran
    .map(({ job, outcomes }) => {
      const scored = outcomes.filter(({ unscored }) => unscored === null)
      const passed = scored.filter((outcome) => outcome.passed)
      return `- ${columnOf(job)}: ${passed.length} of ${scored.length} scored scenarios pass`
    })
    .join('\n')
}

function notes(reasons: Map<string, Set<string>>): string {
  return [...reasons]
    .map(([reason, scenarios], index) => {
      const names = [...scenarios].map((scenario) => `\`${scenario}\``).join(', ')
      return `${index + 1}. ${names}: ${reason}`
    })
    .join('\n')
}
