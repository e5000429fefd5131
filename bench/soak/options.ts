import { parseArgs } from 'node:util'

export type SoakOptions = { minutes: number; seed: number; clients: number; isPostgres: boolean }

export const USAGE = 'npm run soak -- <minutes> [--seed N] [--clients N] [--postgres]\n'

/** `null` for what makes no sense. */
export function readOptions(args: string[]): SoakOptions | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      clients: { type: 'string', default: '12' },
      postgres: { type: 'boolean', default: false },
    },
  })
  const [minutes, seed, clients] = [
    Number(positionals[0]),
    Number(values.seed),
    Number(values.clients),
  ]
  const isGood = minutes > 0 && Number.isInteger(seed) && Number.isInteger(clients) && clients > 0
  return isGood ? { minutes, seed, clients, isPostgres: values.postgres } : null
}
