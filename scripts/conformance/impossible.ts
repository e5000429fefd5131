import { ERAS, type Era } from './pairs.ts'

/**
 * What the other era, or standing in the middle, makes impossible, and why. Every other scenario
 * that the suite scores must pass; one of these that passes must leave the list.
 */
export type Impossible = { scenario: string; reason: string } & (
  { kind: 'server'; client: Era; server: Era } | { kind: 'client'; era: Era }
)

const GRANTS =
  'A gateway signs in for the person at its window, who agrees in a browser; this extension gets tokens without one.'
const DPOP = 'Tokens bound to a key by DPoP are an extension that we do not have.'

const KEYS =
  'The scenario looks for the key that a modern server gives to its question; a legacy server asks without any, so the key is ours.'
const TASKS =
  'Tasks of 2026-07-28 are an extension of the modern era, which a legacy server does not speak.'

export const IMPOSSIBLE: readonly Impossible[] = [
  ...acrossEras(KEYS, ['input-required-result-basic-elicitation']),
  ...acrossEras(TASKS, [
    'tasks-lifecycle',
    'tasks-capability-negotiation',
    'tasks-wire-fields',
    'tasks-request-state-removal',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-dispatch-and-envelope',
    'tasks-mrtr-composition',
  ]),
  ...forClients(GRANTS, [
    'auth/client-credentials-jwt',
    'auth/client-credentials-basic',
    'auth/enterprise-managed-authorization',
    'auth/wif-jwt-bearer',
  ]),
  ...forClients(DPOP, ['auth/dpop', 'auth/dpop-nonce']),
]

/** For a modern client in front of a legacy server; the other way round nothing is impossible. */
function acrossEras(reason: string, scenarios: string[]): Impossible[] {
  const pair = { kind: 'server', client: 'modern', server: 'legacy' } as const
  return scenarios.map((scenario) => ({ ...pair, scenario, reason }))
}

function forClients(reason: string, scenarios: string[]): Impossible[] {
  return scenarios.flatMap((scenario) =>
    ERAS.map((era) => ({ kind: 'client' as const, era, scenario, reason })),
  )
}
