import '@mantine/charts/styles.layer.css'
import { BarChart } from '@mantine/charts'
import { useTranslation } from 'react-i18next'
import type { CallBucket } from '../../../../shared/calls.ts'

type CallsChartProps = { buckets: readonly CallBucket[]; timeOf: (at: number) => string }

/** Bars of calls, failures at their feet; what it shows is said beside it in words. */
export function CallsChart({ buckets, timeOf }: CallsChartProps) {
  const { t } = useTranslation('calls')
  const data = buckets.map(({ at, calls, failed }) => {
    return { time: timeOf(at), ok: calls - failed, failed }
  })
  return (
    <BarChart
      h={84}
      type="stacked"
      data={data}
      dataKey="time"
      series={[
        { name: 'failed', label: t('failedCalls'), color: 'var(--bad-dot)' },
        { name: 'ok', label: t('otherCalls'), color: 'var(--text-3)' },
      ]}
      gridAxis="none"
      tickLine="none"
      xAxisProps={{ minTickGap: 80, tickMargin: 4, height: 24 }}
      yAxisProps={{ allowDecimals: false, width: 32, tickCount: 3 }}
      barProps={{ isAnimationActive: false }}
      barChartProps={{
        accessibilityLayer: false,
        margin: { top: 4, right: 0, bottom: 0, left: 0 },
      }}
      maxBarWidth={18}
    />
  )
}
