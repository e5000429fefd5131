import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { InspectorTarget } from '../../../../shared/inspector.ts'
import { useTRPC } from '../../trpc.ts'
import { itemsOf, matching, readTab, unlisted, type Item, type Tab } from './offer.ts'
import { useInspectorSettings } from './store.ts'
import { firstTarget, nameOf, readTarget, targetText, type Targets } from './target.ts'

const route = getRouteApi('/inspector')

type Place = { target?: string; tab?: string; item?: string; filter?: string }

/** What the page looks at, as its address says, and what is offered there. */
export function useInspected() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const trpc = useTRPC()
  const { targets, isLoading } = useTargets()
  const { target, name } = useTarget(search.target, targets)
  const tab = readTab(search.tab)
  const offer = useQuery({
    ...trpc.inspector.list.queryOptions({ target: target ?? { kind: 'server', id: '' } }),
    enabled: target !== null && targets !== null,
  })
  const items = useMemo(() => itemsOf(offer.data, tab), [offer.data, tab])
  const filter = search.filter ?? ''
  const shown = useMemo(() => matching(items, filter), [items, filter])
  const go = (place: Place, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...place }), replace })
  const item = selectedItem(items, search.item, { tab, isThere: offer.data !== undefined })
  return {
    ...{ targets, isLoading, target, targetName: name, tab, offer, items, shown, filter, item },
    /** What the address names and is not offered here; '' for none. */
    missing: item === null && offer.data !== undefined ? (search.item ?? '') : '',
    setTarget: (next: InspectorTarget) => go({ target: targetText(next), item: '', filter: '' }),
    setTab: (next: Tab) => go({ tab: next, item: '', filter: '' }),
    setItem: (id: string) => go({ item: id }, true),
    setFilter: (next: string) => go({ filter: next }, true),
    go,
  }
}

export type Inspected = ReturnType<typeof useInspected>

function selectedItem(
  items: readonly Item[],
  id: string | undefined,
  { tab, isThere }: { tab: Tab; isThere: boolean },
): Item | null {
  if (id === undefined || id === '') return null
  const known = items.find((one) => one.id === id)
  // A resource may be read without being listed; a tool that is gone is gone.
  return known ?? (isThere && tab === 'resources' ? unlisted(id, tab) : null)
}

function useTargets(): { targets: Targets | null; isLoading: boolean } {
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions())
  const namespaces = useQuery(trpc.namespaces.list.queryOptions())
  const endpoints = useQuery(trpc.endpoints.list.queryOptions())
  const targets = useMemo(() => {
    if (!servers.data || !namespaces.data || !endpoints.data) return null
    return { servers: servers.data, namespaces: namespaces.data, endpoints: endpoints.data }
  }, [servers.data, namespaces.data, endpoints.data])
  return { targets, isLoading: targets === null }
}

/** What the address names, or else what was looked at last, or else what clients get. */
function useTarget(text: string | undefined, targets: Targets | null) {
  const last = useInspectorSettings((settings) => settings.target)
  const named = [readTarget(text), readTarget(last ?? undefined)]
  const there = named.find((one) => one && targets && nameOf(targets, one) !== undefined)
  const target = there ?? (targets ? firstTarget(targets) : null)
  const key = target ? targetText(target) : null
  useEffect(() => {
    if (key !== null) useInspectorSettings.setState({ target: key })
  }, [key])
  return { target, name: (target && targets && nameOf(targets, target)) ?? '' }
}
