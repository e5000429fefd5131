import '@mantine/charts/styles.layer.css'
import { BarChart } from '@mantine/charts'
import { useTranslation } from 'react-i18next'
import type { Bucket } from './buckets.ts'
import { useFormat } from '../../ui/use-format.ts'

/** Bars of calls, failures at their feet; what it shows is said beside it in words. */
export function CallChart({ buckets }: { buckets: readonly Bucket[] }) {
  const { t } = useTranslation('overview')
  const { minute } = useFormat()
  const data = buckets.map(({ at, ok, failed }) => ({ time: minute(at), ok, failed }))
  return (
    <BarChart
      h={140}
      type="stacked"
      data={data}
      dataKey="time"
      series={[
        { name: 'failed', label: t('failedCalls'), color: 'var(--bad-dot)' },
        { name: 'ok', label: t('okCalls'), color: 'var(--text-3)' },
      ]}
      gridAxis="none"
      tickLine="none"
      xAxisProps={{ minTickGap: 60, tickMargin: 4, height: 28 }}
      yAxisProps={{ allowDecimals: false, width: 28, tickCount: 3 }}
      barProps={{ isAnimationActive: false }}
      // The figure around it has a name, and the table is there for the keys.
      barChartProps={{
        accessibilityLayer: false,
        margin: { top: 4, right: 0, bottom: 0, left: 0 },
      }}
      maxBarWidth={18}
    />
  )
}
