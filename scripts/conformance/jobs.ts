import { fileURLToPath } from 'node:url'
import { openFixture } from './fixture.ts'
import { expose, type GatewayAccess } from './admin.ts'
import { PAIRS, pairName, REVISIONS, type Era, type Pair } from './pairs.ts'
import { runSuite, type Outcome } from './suite.ts'

/**
 * One run of the suite: its server scenarios against an endpoint of ours in front of a server, or
 * its client scenarios, whose servers are reached through us.
 */
export type Job = ({ kind: 'server' } & Pair) | { kind: 'client'; era: Era }

export const JOBS: Job[] = [
  ...PAIRS.map((pair) => ({ kind: 'server' as const, ...pair })),
  { kind: 'client', era: 'legacy' },
  { kind: 'client', era: 'modern' },
]

export function jobName(job: Job): string {
  return job.kind === 'server' ? pairName(job) : `client scenarios, ${job.era}`
}

export function revisionOf(job: Job): string {
  return REVISIONS[job.kind === 'server' ? job.client : job.era]
}

export function runJob(job: Job, gateway: GatewayAccess): Promise<Outcome[]> {
  return job.kind === 'server' ? runServerJob(job, gateway) : runClientJob(job.era, gateway)
}

/** Every pair has a server of its own, so that runs side by side do not meet in one. */
async function runServerJob(pair: Pair, gateway: GatewayAccess): Promise<Outcome[]> {
  await using fixture = await openFixture(pair)
  await using exposed = await expose(gateway, fixture.definition)
  const { href } = exposed.url
  return await runSuite({ args: ['server', '--url', href], revision: REVISIONS[pair.client] })
}

function runClientJob(era: Era, gateway: GatewayAccess): Promise<Outcome[]> {
  const program = fileURLToPath(import.meta.resolve('./scenario-client.ts'))
  const access = { url: gateway.url, adminToken: gateway.adminToken }
  return runSuite({
    args: ['client', '--command', `"${process.execPath}" "${program}"`],
    revision: REVISIONS[era],
    env: { METAMCP_GATEWAY: JSON.stringify(access) },
  })
}
