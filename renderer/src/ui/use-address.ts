import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import { texts } from './texts.ts'

/** What the address of a list of named things says; with `new` one is being made. */
export const listSearch = texts('filter', 'selected', 'new')

type ListSearch = ReturnType<typeof listSearch>

export type ListAddress = {
  search: ListSearch
  /** Changes some of it. */
  go: (changed: { [K in keyof ListSearch]?: string | undefined }) => void
}

/** The address of the list that is open, and how to change some of it. */
export function useListAddress(): ListAddress {
  const search = useSearch({ strict: false, select: listSearch })
  const navigate = useNavigate()
  const go = useCallback<ListAddress['go']>(
    (changed) =>
      void navigate({
        to: '.',
        search: (before: ListSearch) => ({ ...before, ...changed }),
        replace: true,
      }),
    [navigate],
  )
  return { search, go }
}
