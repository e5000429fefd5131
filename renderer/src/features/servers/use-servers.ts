import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { needsYou } from '../../../../shared/server-state.ts'
import { useTRPC } from '../../trpc.ts'
import { listServers } from './server-list.ts'
import { useAddress } from './use-address.ts'

/** All servers, and those of them that the filters let through. */
export function useServers(text: string) {
  const trpc = useTRPC()
  const { search } = useAddress()
  const query = useQuery(trpc.servers.list.queryOptions())
  const { data: namespaces } = useQuery(trpc.namespaces.list.queryOptions())
  const servers = query.data
  const { state, namespace: namespaceId } = search
  const namespace = namespaces?.find(({ id }) => id === namespaceId)
  const listed = useMemo(() => {
    const members = namespace ? new Set(namespace.servers.map((one) => one.serverId)) : null
    return listServers(servers ?? [], { text, state, members })
  }, [servers, text, state, namespace])
  return {
    servers,
    error: query.error,
    listed,
    namespaces: namespaces ?? [],
    namespace,
    needy: needsYou(servers ?? []),
  }
}
