import { useQuery } from '@tanstack/react-query'
import type { TrustCount } from '../../../shared/trust.ts'
import { useTRPC } from '../trpc.ts'

export type Waiting = TrustCount & {
  /** Calls that are held until somebody allows them. */
  calls: number
  /** What is not counted with the servers, whose commands are: tools and calls. */
  beside: number
}

const NOTHING: TrustCount = { tools: 0, commands: 0, servers: [] }

/** What waits on the page Trust: one answer for sidebar, status bar and overview. */
export function useWaiting(): Waiting {
  const trpc = useTRPC()
  const trust = useQuery(trpc.trust.count.queryOptions()).data ?? NOTHING
  const calls = useQuery(trpc.approvals.list.queryOptions()).data?.length ?? 0
  return { ...trust, calls, beside: trust.tools + calls }
}
