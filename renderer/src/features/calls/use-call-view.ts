import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { CallFilters } from '../../../../shared/calls.ts'
import { useOwnText } from '../../ui/use-own-text.ts'
import type { search } from './search.ts'

const route = getRouteApi('/calls')
const REST_MS = 300
const HOUR_MS = 60 * 60_000

export const PERIODS = { '1h': 1, '24h': 24, '7d': 7 * 24, '30d': 30 * 24, '365d': 365 * 24 }
type Period = keyof typeof PERIODS
const USUAL: Period = '24h'

export const VIEWS = ['calls', 'tool', 'server', 'client', 'endpoint'] as const

/** For clients that do not say who they are: an empty value is none in an address. */
export const NAMELESS = '-'

type Search = ReturnType<typeof search>

/** What is looked at: kept in the address, so that one can come back to it, or be sent to it. */
export function useCallView() {
  const said = route.useSearch()
  const navigate = route.useNavigate()
  const go = (changed: { [K in keyof Search]?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true })

  const [text, setText] = useOwnText({
    written: said.filter ?? '',
    write(typed) {
      const filter = typed || undefined
      if (filter !== said.filter) go({ filter, selected: undefined })
    },
    restMs: REST_MS,
  })

  const period = said.period && Object.hasOwn(PERIODS, said.period) ? said.period : USUAL
  return {
    said,
    text,
    filters: useFilters(said),
    period: period as Period,
    periodMs: PERIODS[period as Period] * HOUR_MS,
    view: VIEWS.find((one) => one === said.view) ?? 'calls',
    ...{ go, setText },
    clear() {
      setText('')
      const none = { server: undefined, endpoint: undefined, client: undefined, name: undefined }
      go({ ...none, filter: undefined, outcome: undefined, selected: undefined })
    },
  }
}

export type CallView = ReturnType<typeof useCallView>

/** Without the time. */
function useFilters({ filter, server, endpoint, client, outcome, name }: Search) {
  return useMemo((): CallFilters => {
    const who = client === NAMELESS ? '' : client
    const all = { text: filter, server, endpoint, client: who, outcome, name }
    const given = Object.entries(all).filter(([, value]) => value !== undefined)
    return Object.fromEntries(given) as Omit<CallFilters, 'since' | 'until'>
  }, [filter, server, endpoint, client, outcome, name])
}
