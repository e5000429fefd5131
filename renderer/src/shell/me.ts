import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { Owned } from '../../../shared/account.ts'
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

/** Whether whoever looks has an account that is no administrator's. */
export function useIsMember(): boolean {
  const caller = useMe()?.caller
  return caller?.kind === 'account' && caller.role !== 'admin'
}

/**
 * Says whether whoever looks may change a thing that they see, as the core decides it. Until that is
 * known the answer is yes, so that keys pressed meanwhile are not lost: the core has the last word.
 */
export function useMayChange(): (thing: Owned) => boolean {
  const me = useMe()
  return useCallback(
    ({ ownerId, shared }) => {
      const caller = me?.caller
      if (caller?.kind !== 'account') return true
      return ownerId === caller.id || (caller.role === 'admin' && (shared || ownerId === null))
    },
    [me],
  )
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
