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

export const IMPOSSIBLE: readonly Impossible[] = [
  ...forClients(GRANTS, [
    'auth/client-credentials-jwt',
    'auth/client-credentials-basic',
    'auth/enterprise-managed-authorization',
    'auth/wif-jwt-bearer',
  ]),
  ...forClients(DPOP, ['auth/dpop', 'auth/dpop-nonce']),
]

function forClients(reason: string, scenarios: string[]): Impossible[] {
  return scenarios.flatMap((scenario) =>
    ERAS.map((era) => ({ kind: 'client' as const, era, scenario, reason })),
  )
}
