import { UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from './inspector.module.css'
import { isOver, type RunView } from './run-view.ts'
import { recall, useInspector } from './store.ts'
import { targetText } from './target.ts'
import { useFormat } from '../../ui/use-format.ts'
import type { Inspected } from './use-inspected.ts'

/** What was run, newest first; one click fills it in again, and runs nothing. */
export function History({ inspected }: { inspected: Inspected }) {
  const { t } = useTranslation('inspector')
  const runs = useInspector(({ runs: all }) => all)
  if (runs.length === 0) return null
  const open = (run: RunView) => {
    recall(run)
    const { target, tab, item } = run
    inspected.go({ target: targetText(target), tab, item, filter: '' })
  }
  return (
    <section className={styles.history} aria-label={t('history')}>
      <h2 className={styles.historyTitle}>{t('history')}</h2>
      <ul className={styles.runs} tabIndex={0} aria-label={t('history')}>
        {runs.map((run) => (
          <li key={run.id}>
            <Entry run={run} onOpen={() => open(run)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Entry({ run, onOpen }: { run: RunView; onOpen: () => void }) {
  const { t } = useTranslation('inspector')
  const { minute } = useFormat()
  const outcome = useOutcome(run)
  return (
    <UnstyledButton
      className={styles.run}
      onClick={onOpen}
      title={t('fillInAgain', { item: run.item, target: run.targetName })}
    >
      <span className={styles.quiet}>{minute(run.startedAt)}</span>
      <span translate="no" className={styles.runName}>
        {run.item}
      </span>
      <span className={outcome.isBad ? styles.bad : styles.quiet}>{outcome.words}</span>
    </UnstyledButton>
  )
}

function useOutcome(run: RunView): { words: string; isBad: boolean } {
  const { t } = useTranslation('inspector')
  const { duration } = useFormat()
  if (!isOver(run)) return { words: t('outcome.running'), isBad: false }
  const { result, error } = run
  if (result) {
    return { words: run.isError ? t('outcome.error') : duration(result.ms), isBad: run.isError }
  }
  if (!error) return { words: t('outcome.refused'), isBad: true }
  if (error.reason === 'cancelled') return { words: t('outcome.cancelled'), isBad: false }
  return { words: t(`outcome.${error.reason}`), isBad: true }
}
