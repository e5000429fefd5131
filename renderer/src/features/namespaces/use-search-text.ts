import { getRouteApi } from '@tanstack/react-router'
import { useOwnText } from '../../ui/use-own-text.ts'

const route = getRouteApi('/namespaces')

type Key = 'filter' | 'selected' | 'item' | 'tab' | 'why'

/** A part of the page's address, and how to change some of them. */
export function useAddress() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const go = (changed: Partial<Record<Key, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true })
  return { search, go }
}

/** A part of the page's address that changes with every key. */
export function useSearchText(key: Key, restMs: number): [string, (text: string) => void] {
  const { search, go } = useAddress()
  const write = (text: string) => go({ [key]: text === '' ? undefined : text })
  return useOwnText({ written: search[key] ?? '', write, restMs })
}
