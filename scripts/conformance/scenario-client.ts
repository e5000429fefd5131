/**
 * The program that the suite's client scenarios start, with the URL of a server as last argument:
 * makes that server one of the gateway's, and does through an endpoint of ours what the scenario
 * wants a client to do. Says `finished` once all of it is done.
 */
import { once } from 'node:events'
import { argv, env, exit, stderr, stdout } from 'node:process'
import { REVISIONS, type Era } from './pairs.ts'
import { expose, type GatewayAccess } from './admin.ts'
import { actOf, type Act } from './scenario-acts.ts'
import { connect } from './scenario-peers.ts'
import { signIn, untilRead } from './sign-in.ts'
import { FINISHED } from './suite.ts'

/** All client scenarios share the machine at once, so each may take long. */
const LIMIT_MS = 60_000

const gateway = JSON.parse(env['METAMCP_GATEWAY'] ?? '') as GatewayAccess
const scenario = env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const context = JSON.parse(env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Record<string, unknown>
const era: Era = env['MCP_CONFORMANCE_PROTOCOL_VERSION'] === REVISIONS.modern ? 'modern' : 'legacy'

try {
  await withinTime(() => act(actOf(scenario)))
  stdout.write(`${FINISHED}\n`)
  exit(0)
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  exit(1)
}

async function act({ run, oauth }: Act): Promise<void> {
  const registration = oauth?.(context)
  // Taken back at the end: the scenario's server waits for our connections to close.
  await using exposed = await expose(gateway, {
    type: 'STREAMABLE_HTTP',
    name: scenario
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(-32)
      .replace(/^-/, ''),
    url: argv.at(-1) ?? '',
    ...(registration && { oauth: registration }),
  })
  const { url, serverId } = exposed
  await using peer = await connect(era, url)
  await untilRead(gateway, serverId)
  await run({ peer, context, signIn: () => signIn(gateway, serverId) })
}

async function withinTime(work: () => Promise<void>): Promise<void> {
  const over = AbortSignal.timeout(LIMIT_MS)
  const late = once(over, 'abort').then(() => {
    throw new Error(`Not done within ${LIMIT_MS / 1000} s`)
  })
  await Promise.race([work(), late])
}
