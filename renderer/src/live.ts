import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useState } from 'react'
import { useTRPC, type Outputs } from './trpc.ts'

type Change =
  NonNullable<Awaited<Outputs['status']['changes']>> extends AsyncIterable<infer C> ? C : never

/** Routers whose answers may be others after a change of this kind. */
const KIND_TO_QUERIES: Record<string, readonly string[]> = {
  server: ['servers', 'namespaces', 'status', 'inspector', 'clients', 'trust', 'endpoints'],
  'server-state': ['servers', 'status'],
  'sign-in': ['servers'],
  catalog: ['servers', 'namespaces', 'inspector', 'trust', 'endpoints'],
  namespace: ['namespaces', 'status', 'servers', 'inspector', 'trust', 'endpoints'],
  endpoint: ['endpoints', 'status', 'namespaces', 'clients'],
  'api-key': ['apiKeys'],
  registry: ['adding'],
  account: ['accounts'],
  grant: ['authorization'],
  tokens: ['servers', 'namespaces', 'endpoints'],
  activity: ['activity', 'clients'],
  'ai-clients': ['clients'],
  approval: ['approvals'],
  preferences: ['settings'],
  paused: ['settings', 'status', 'namespaces', 'endpoints'],
}

/** Milliseconds for which news of one kind is gathered: a start of fifty servers is one reading. */
const GATHER_MS = 80

/** Whether news arrive: while they do, everything shown is as it is. */
export type Line = { state: 'connecting' | 'live' | 'lost' }

/** Reads again what has changed, as it changes; mounted once. */
export function useLive(): Line {
  const trpc = useTRPC()
  const client = useQueryClient()
  const [gather] = useState(() => gatherer(client))
  useEffect(() => gather.stop, [gather])
  const { status } = useSubscription(
    trpc.status.changes.subscriptionOptions(undefined, {
      // What happened before it listened is not told.
      onStarted: () => void client.invalidateQueries(),
      onData: (change: Change) => gather.add(change.kind),
      // Perhaps nobody may listen any more: then the entrance sees it.
      onError: () => gather.add('status'),
    }),
  )
  if (status === 'pending') return { state: 'live' }
  return { state: status === 'error' ? 'lost' : 'connecting' }
}

function gatherer(client: QueryClient) {
  const kinds = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    const routers = new Set([...kinds].flatMap((kind) => KIND_TO_QUERIES[kind] ?? [kind]))
    kinds.clear()
    for (const router of routers) {
      void client.invalidateQueries({ queryKey: [[router]] }, { cancelRefetch: false })
    }
  }
  return {
    add(kind: string) {
      kinds.add(kind)
      timer ??= setTimeout(flush, GATHER_MS)
    },
    stop: () => clearTimeout(timer),
  }
}
