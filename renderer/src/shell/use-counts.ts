import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { needsYou } from '../../../shared/server-state.ts'
import { useTRPC } from '../trpc.ts'
import type { PageName } from './pages.ts'
import { useWaiting } from './use-waiting.ts'

export type Count = { number: number; needsYou: boolean; title?: string }

/** The numbers beside the pages: how many need the person, or else how many there are. */
export function useCounts(): Partial<Record<PageName, Count>> {
  const { t } = useTranslation('shared')
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions())
  const namespaces = useQuery(trpc.namespaces.list.queryOptions())
  const endpoints = useQuery(trpc.endpoints.list.queryOptions())
  const keys = useQuery(trpc.apiKeys.list.queryOptions())
  const needy = needsYou(servers.data ?? [])
  const { beside, commands } = useWaiting()
  const waiting = beside + commands
  const needs = (count: number): Count => ({
    ...{ number: count, needsYou: true },
    title: t('needYou', { count }),
  })
  const total = (list: readonly unknown[] | undefined) =>
    list && { number: list.length, needsYou: false }
  return {
    servers: needy > 0 ? needs(needy) : total(servers.data),
    ...(waiting > 0 && { trust: needs(waiting) }),
    namespaces: total(namespaces.data),
    endpoints: total(endpoints.data),
    keys: total(keys.data),
  }
}
