import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { CallBucket, CallFilters } from '../../../../shared/calls.ts'
import { useTRPCClient } from '../../trpc.ts'
import styles from './calls.module.css'

const BARS = 60
const DAY_MS = 24 * 60 * 60_000

const CallsChart = lazy(() => import('./calls-chart.tsx').then((m) => ({ default: m.CallsChart })))

type PaceOptions = { filters: CallFilters; periodMs: number; news: number }

/** Calls in each part of the period, the one that runs included. */
export function usePace({ filters, periodMs, news }: PaceOptions): CallBucket[] | undefined {
  const client = useTRPCClient()
  const width = periodMs / BARS
  // Parts begin at the same times, however often one looks.
  const until = Math.ceil((news + 1) / width) * width
  const asked = { since: until - periodMs, until, buckets: BARS, filters }
  const pace = useQuery({
    queryKey: ['call-pace', asked, news],
    queryFn: () => client.calls.pace.query(asked),
    placeholderData: keepPreviousData,
  })
  return pace.data
}

type PaceProps = { pace: readonly CallBucket[]; periodMs: number; summary: string }

export function Pace({ pace, periodMs, summary }: PaceProps) {
  const { t, i18n } = useTranslation('calls')
  const format = new Intl.DateTimeFormat(
    i18n.resolvedLanguage,
    periodMs > DAY_MS
      ? { month: 'short', day: 'numeric', ...(periodMs <= 7 * DAY_MS && { hour: '2-digit' }) }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  )
  return (
    <div className={styles.chart} role="img" aria-label={t('chart', { summary })}>
      <Suspense>
        <CallsChart buckets={pace} timeOf={(at) => format.format(at)} />
      </Suspense>
    </div>
  )
}
