import { Table } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { CallBucket, CallFilters } from '../../../../shared/calls.ts'
import { useTRPCClient } from '../../trpc.ts'
import { useFormat } from '../../ui/use-format.ts'
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

type PaceProps = {
  pace: readonly CallBucket[]
  periodMs: number
  summary: string
  /** The same in numbers, for who reads better than they see. */
  isTable: boolean
}

export function Pace({ pace, periodMs, summary, isTable }: PaceProps) {
  const { t } = useTranslation('calls')
  const timeOf = useTimes(periodMs, isTable)
  if (isTable) return <PaceTable pace={pace} timeOf={timeOf} />
  return (
    <div className={styles.chart} role="img" aria-label={t('chart', { summary })}>
      <Suspense>
        <CallsChart buckets={pace} timeOf={timeOf} />
      </Suspense>
    </div>
  )
}

/** When a part of the period begins, no finer than the parts are. */
function useTimes(periodMs: number, isTable: boolean): (at: number) => string {
  const { i18n } = useTranslation('calls')
  // A row says more exactly when it was than there is room for below a bar.
  const hours = (isTable ? 30 : 7) * DAY_MS
  const format = new Intl.DateTimeFormat(
    i18n.resolvedLanguage,
    periodMs > DAY_MS
      ? { month: 'short', day: 'numeric', ...(periodMs <= hours && { hour: '2-digit' }) }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  )
  return (at) => format.format(at)
}

type PaceTableProps = { pace: readonly CallBucket[]; timeOf: (at: number) => string }

/** Newest first; where nothing was called there is no row. */
function PaceTable({ pace, timeOf }: PaceTableProps) {
  const { t } = useTranslation('calls')
  const { number } = useFormat()
  const some = pace.filter(({ calls }) => calls > 0).toReversed()
  return (
    <div className={styles.table} role="region" aria-label={t('overTime')} tabIndex={0}>
      <Table verticalSpacing={4} fz={12}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('from')}</Table.Th>
            <Table.Th ta="right">{t('calls')}</Table.Th>
            <Table.Th ta="right">{t('failedCalls')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {some.map(({ at, calls, failed }) => (
            <Table.Tr key={at}>
              <Table.Td>{timeOf(at)}</Table.Td>
              <Table.Td ta="right">{number(calls)}</Table.Td>
              <Table.Td ta="right">{number(failed)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
