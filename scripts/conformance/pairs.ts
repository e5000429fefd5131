/** Who stands on the two sides of us, and how the server is reached. */
export type Pair = { client: Era; server: Era; transport: Transport }
export type Era = 'legacy' | 'modern'
type Transport = 'stdio' | 'HTTP'

/** The revision whose requirements the suite checks, in each era the last one. */
export const REVISIONS: Record<Era, string> = { legacy: '2025-11-25', modern: '2026-07-28' }

export const ERAS: Era[] = ['legacy', 'modern']
const TRANSPORTS: Transport[] = ['stdio', 'HTTP']

export const PAIRS: Pair[] = ERAS.flatMap((client) =>
  ERAS.flatMap((server) => TRANSPORTS.map((transport) => ({ client, server, transport }))),
)

export const SAME_ERA = PAIRS.filter(({ client, server }) => client === server)

export function pairName({ client, server, transport }: Pair): string {
  return `${client} client, ${server} server over ${transport}`
}
