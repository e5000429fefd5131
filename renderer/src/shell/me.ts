import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTRPC } from '../trpc.ts'
import { PAGES } from './pages.ts'

/** Who looks at the window, and whether there are accounts; undefined until that is known. */
export function useMe() {
  return useQuery(useTRPC().accounts.me.queryOptions()).data
}

/** Whether there are accounts, to which things belong. */
export function useHasAccounts(): boolean {
  return useMe()?.mode === 'accounts'
}

/** Whether whoever looks may do what administrators may; `false` until that is known. */
export function useIsAdmin(): boolean {
  const caller = useMe()?.caller
  return caller?.kind === 'operator' || (caller?.kind === 'account' && caller.role === 'admin')
}

/** The pages that are there for whoever looks. */
export function useShownPages() {
  const hasAccounts = useHasAccounts()
  const isAdmin = useIsAdmin()
  return useMemo(
    () => PAGES.filter(({ name }) => name !== 'accounts' || (hasAccounts && isAdmin)),
    [hasAccounts, isAdmin],
  )
}
