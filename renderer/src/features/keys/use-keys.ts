import { useQuery } from '@tanstack/react-query'
import type { ApiKeyView } from '../../../../shared/api-key.ts'
import { useTRPC } from '../../trpc.ts'

export type ShownKey = ApiKeyView & {
  /** Names of the endpoints that it opens. */
  opens: 'all' | string[]
  /** `null`: not since uses are written down. */
  used: { at: string; client: string } | null
}

/** All keys, with what is known of their use. */
export function useKeys() {
  const trpc = useTRPC()
  const keys = useQuery(trpc.apiKeys.list.queryOptions())
  const endpoints = useQuery(trpc.endpoints.list.queryOptions())
  const uses = useQuery(trpc.activity.keys.queryOptions())
  const names = new Map(endpoints.data?.map(({ id, name }) => [id, name]))
  const shown = keys.data?.map((key): ShownKey => {
    const { endpoints: scope } = key
    const opens = scope === 'all' ? scope : scope.flatMap((id) => names.get(id) ?? [])
    return { ...key, opens, used: uses.data?.[key.id] ?? null }
  })
  return { keys: shown, endpoints: endpoints.data ?? [], error: keys.error }
}
