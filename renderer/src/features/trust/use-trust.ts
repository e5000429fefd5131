import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { useTRPC } from '../../trpc.ts'
import { search as readSearch } from './search.ts'
import { rowsOf, type TrustRow } from './trust-rows.ts'

type Search = ReturnType<typeof readSearch>

/** The address of the page, and how to change some of it. */
export function useAddress() {
  const search = useSearch({ strict: false, select: readSearch })
  const navigate = useNavigate()
  const go = useCallback(
    (changed: { [K in keyof Search]?: string | undefined }) =>
      void navigate({
        to: '.',
        search: (before: Search) => ({ ...before, ...changed }),
        replace: true,
      }),
    [navigate],
  )
  return { search, go }
}

/** Everything that waits for a person; `null` while it is read. */
export function useTrust(): { rows: TrustRow[] | null; error: string | null } {
  const { data, error } = useQuery(useTRPC().trust.list.queryOptions())
  const rows = useMemo(() => (data ? rowsOf(data) : null), [data])
  return { rows, error: rows ? null : (error?.message ?? null) }
}
