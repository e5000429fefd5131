import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo, useRef } from 'react'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { useTRPC, type Outputs } from '../../trpc.ts'

const route = getRouteApi('/connect')

/** What stands for a client that is not in the list, and for a pane that was closed. */
export const ANY = 'any'
const NONE = 'none'

type Search = ReturnType<typeof route.useSearch>
type Endpoint = Outputs['endpoints']['list'][number]

/** The page's address, and how to change some of it. */
function useAddress() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const go = (changed: { [K in keyof Search]?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true })
  return { search, go }
}

export type Connect = ReturnType<typeof useConnect>
export type ClientProps = { client: AiClientView; connect: Connect }

/** Clients of this computer, the endpoint they are to be connected to, and the selected one. */
export function useConnect() {
  const trpc = useTRPC()
  const { search, go } = useAddress()
  const list = useQuery({
    ...trpc.clients.list.queryOptions(),
    // Their files are changed by others while nobody tells us.
    refetchOnWindowFocus: 'always',
  })
  const endpoints = useQuery(trpc.endpoints.list.queryOptions())
  const endpoint = endpointOf(endpoints.data, search.endpoint)
  const { here, absent } = useMemo(
    () => sorted(list.data?.clients ?? [], search.filter ?? ''),
    [list.data, search.filter],
  )
  const isLocal = list.data?.platform !== null
  // Chosen once: it must not move on by itself when the client gets connected.
  const first = useRef<string>(undefined)
  if (isLocal)
    first.current ??= (here.find(({ state }) => state === 'not-connected') ?? here[0])?.id
  const selectedId = search.selected ?? first.current ?? NONE
  return {
    ...{ list, endpoint, here, absent, isLocal, selectedId },
    clients: list.data?.clients,
    endpoints: endpoints.data,
    platform: list.data?.platform ?? null,
    selected: list.data?.clients.find(({ id }) => id === selectedId),
    filter: search.filter ?? '',
    setFilter: (filter: string) => go({ filter: filter === '' ? undefined : filter }),
    select: (selected: string) => go({ selected }),
    close: () => go({ selected: NONE }),
    choose: (name: string | null) => go({ endpoint: name ?? undefined }),
  }
}

function endpointOf(all: Endpoint[] | undefined, name: string | undefined): Endpoint | undefined {
  const on = all?.filter(({ enabled }) => enabled)
  return on?.find((one) => one.name === (name ?? 'default')) ?? on?.[0]
}

function sorted(clients: AiClientView[], filter: string) {
  const text = filter.toLowerCase()
  const fitting = clients.filter(({ name }) => name.toLowerCase().includes(text))
  const isHere = ({ state }: AiClientView) => state !== 'not-found'
  return {
    here: fitting.filter(isHere),
    absent: fitting.filter((client) => !isHere(client)),
  }
}

/** How many tools the endpoint offers; `null` while that is not known. */
export function useToolCount(endpoint: Endpoint | undefined): number | null {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.namespaces.summaries.queryOptions())
  return data?.find(({ id }) => id === endpoint?.namespaceId)?.tools ?? null
}
