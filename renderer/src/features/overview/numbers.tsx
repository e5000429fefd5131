import { Button, Table } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { ActivityOverview } from '../../../../shared/activity.ts'
import { bucketsOf, type Bucket } from './buckets.ts'
import styles from './overview.module.css'
import { useFormat } from '../../ui/use-format.ts'

const CallChart = lazy(() => import('./call-chart.tsx').then((m) => ({ default: m.CallChart })))

/** One line of numbers, and how they came about. */
export function Numbers({ overview, period }: { overview: ActivityOverview; period: string }) {
  const { t } = useTranslation('overview')
  const { number, duration } = useFormat()
  const [isTable, { toggle }] = useDisclosure(false)
  const { calls, failed, callsPerMinute, p95Ms } = overview
  const { buckets, width } = bucketsOf(overview.minutes)
  const words = [
    t('rate', { count: callsPerMinute, number: number(callsPerMinute) }),
    t('callsIn', { count: calls, number: number(calls), period }),
    t('failed', { count: failed, number: number(failed) }),
    ...(p95Ms === null ? [] : [t('p95', { duration: duration(p95Ms) })]),
  ]
  const summary = words.join(' · ')
  return (
    <section className={styles.section} aria-label={t('calls')}>
      <div className={styles.line}>
        <span>{summary}</span>
        <Button variant="subtle" color="gray" aria-expanded={isTable} onClick={toggle}>
          {isTable ? t('asChart') : t('asTable')}
        </Button>
      </div>
      {isTable ? (
        <CallTable buckets={buckets} width={width} />
      ) : (
        <div className={styles.chart} role="img" aria-label={t('chart', { summary })}>
          <Suspense>
            <CallChart buckets={buckets} />
          </Suspense>
        </div>
      )}
    </section>
  )
}

/** The same as the chart says, newest first; where nothing happened there is no row. */
function CallTable({ buckets, width }: { buckets: readonly Bucket[]; width: number }) {
  const { t } = useTranslation('overview')
  const { minute, number } = useFormat()
  const some = buckets.filter(({ ok, failed }) => ok + failed > 0).toReversed()
  return (
    <div className={styles.table} role="region" aria-label={t('calls')} tabIndex={0}>
      <Table verticalSpacing={4} fz={12}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('from', { count: width })}</Table.Th>
            <Table.Th ta="right">{t('calls')}</Table.Th>
            <Table.Th ta="right">{t('failedCalls')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {some.map(({ at, ok, failed }) => (
            <Table.Tr key={at}>
              <Table.Td>{minute(at)}</Table.Td>
              <Table.Td ta="right">{number(ok + failed)}</Table.Td>
              <Table.Td ta="right">{number(failed)}</Table.Td>
            </Table.Tr>
          ))}
          {some.length === 0 && (
            <Table.Tr>
              <Table.Td colSpan={3}>{t('noneThen')}</Table.Td>
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
    </div>
  )
}
