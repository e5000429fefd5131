import { VisuallyHidden } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { RecentCall } from '../../../../shared/activity.ts'
import { foldCalls, type FoldedCalls } from './fold-calls.ts'
import styles from './overview.module.css'
import { useFormat } from '../../ui/use-format.ts'

const MOST_ROWS = 8

/** What was called last; the same again and again is one line. */
export function LatestCalls({ calls }: { calls: readonly RecentCall[] }) {
  const { t } = useTranslation('overview')
  const lines = foldCalls(calls, MOST_ROWS)
  return (
    <section className={styles.section} aria-labelledby="latest">
      <div className={styles.line}>
        <h2 id="latest" className={styles.heading}>
          {t('latest')}
        </h2>
        <Link to="/calls" className={styles.more}>
          {t('allCalls')}
        </Link>
      </div>
      {lines.length === 0 ? (
        <p className={styles.none}>{t('noneSinceStart')}</p>
      ) : (
        <table className={styles.calls}>
          <colgroup>
            <col width={72} />
            <col width={150} />
            <col />
            <col />
            <col width={110} />
          </colgroup>
          <VisuallyHidden component="thead">
            <tr>
              {(['time', 'client', 'call', 'outcome', 'took'] as const).map((key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ))}
            </tr>
          </VisuallyHidden>
          <tbody>
            {lines.map((line) => (
              <CallRow key={line.last.seq} line={line} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function CallRow({ line: { last, count, fastestMs, slowestMs } }: { line: FoldedCalls }) {
  const { t } = useTranslation('overview')
  const { clock, duration } = useFormat()
  const { at, client, name, outcome, error } = last
  const words = outcome === 'cancelled' ? t('cancelled') : (error ?? t('failedWord'))
  return (
    <tr>
      <td className={styles.time}>{clock(at)}</td>
      <td className={styles.cut}>{client === '' ? t('nameless') : client}</td>
      <td className={styles.call} translate="no" title={name}>
        {name}
        {count > 1 && <span className={styles.times}>{t('times', { count })}</span>}
      </td>
      <td className={styles.outcome} data-outcome={outcome} title={error ?? undefined}>
        {outcome === 'ok' ? <VisuallyHidden>{t('okWord')}</VisuallyHidden> : words}
      </td>
      <td className={styles.took}>{duration(fastestMs, slowestMs)}</td>
    </tr>
  )
}
