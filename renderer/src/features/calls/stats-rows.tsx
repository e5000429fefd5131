import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { CallFilters, CallStats, CallStatsBy } from '../../../../shared/calls.ts'
import { useTRPCClient } from '../../trpc.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useFormat } from '../../ui/use-format.ts'
import styles from './calls.module.css'
import { Nothing } from './nothing.tsx'
import { NAMELESS, type CallView } from './use-call-view.ts'

type StatsRowsProps = {
  address: CallView
  by: CallStatsBy
  filters: CallFilters
  /** When there were last other calls. */
  news: number
}

/** What is called most, how often it fails, and how long it takes. Enter shows the calls behind it. */
export function StatsRows({ address, by, filters, news }: StatsRowsProps) {
  const { t } = useTranslation('calls')
  const client = useTRPCClient()
  const stats = useQuery({
    queryKey: ['call-stats', by, filters, news],
    queryFn: () => client.calls.stats.query({ by, filters }),
    placeholderData: keepPreviousData,
  })
  const columns = useColumns(by)
  const { data, error } = stats
  if (error && !data) return <Problem title={t('unread')} details={error.message} />
  if (!data) return <LoadingRows height={28} />
  if (data.length === 0) return <Nothing address={address} filters={filters} />
  return (
    <Rows
      label={t(`by.${by}`)}
      rowHeight={28}
      columns={columns}
      items={data}
      getId={idOf}
      getText={({ label }) => label ?? ''}
      selectedId={address.said.selected ?? null}
      onSelect={(id) => address.go({ selected: id })}
      onOpen={({ key }) => {
        const only = narrowing(by, key)
        if (only) address.go({ ...only, view: undefined, selected: undefined })
      }}
    />
  )
}

function idOf({ key }: CallStats): string {
  return key === null ? 'none' : `key ${key}`
}

/** Calls that came to no server have nothing else in common that one could look for. */
function narrowing(by: CallStatsBy, key: string | null) {
  if (key === null) return by === 'client' ? { client: NAMELESS } : null
  return by === 'tool' ? { name: key } : { [by]: key }
}

function useColumns(by: CallStatsBy): Column<CallStats>[] {
  const { t } = useTranslation('calls')
  const { number, duration, about } = useFormat()
  const time = (ms: number | null) => (ms === null ? '–' : duration(ms))
  return [
    {
      ...{ key: 'label', label: t(`what.${by}`), minWidth: 160 },
      render: ({ label }) => (
        <span
          className={by === 'tool' ? styles.name : undefined}
          translate={label === null ? undefined : 'no'}
          title={label ?? undefined}
        >
          {label ?? t(`none.${by}`)}
        </span>
      ),
    },
    {
      ...{ key: 'calls', label: t('calls'), width: 80, align: 'right' },
      render: ({ calls }) => number(calls),
    },
    {
      ...{ key: 'failed', label: t('failedCalls'), width: 80, align: 'right' },
      render: ({ failed }) => (
        <span className={failed > 0 ? styles.bad : styles.dim}>{number(failed)}</span>
      ),
    },
    {
      ...{ key: 'p50', label: t('p50'), width: 80, align: 'right' },
      render: ({ p50Ms }) => time(p50Ms),
    },
    {
      ...{ key: 'p95', label: t('p95'), width: 80, align: 'right' },
      render: ({ p95Ms }) => time(p95Ms),
    },
    {
      ...{ key: 'tokens', label: t('tokens'), width: 90, align: 'right', yields: 1 },
      render: ({ tokens }) => <span className={styles.dim}>{about(tokens)}</span>,
    },
  ]
}
