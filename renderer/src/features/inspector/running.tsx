import { Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { State } from '../../ui/state.tsx'
import styles from './inspector.module.css'
import { QuestionForm } from './question-form.tsx'
import type { RunView } from './run-view.ts'
import { useFormat } from '../../ui/use-format.ts'

/** A run under way: how far it is, what its server says, and what it asks. */
export function Running({ run }: { run: RunView }) {
  const { t } = useTranslation('inspector')
  return (
    <>
      <header className={styles.resultHeader}>
        <h2 className={styles.resultTitle}>{t('result')}</h2>
        <State tone="busy">{t('outcome.running')}</State>
      </header>
      <div className={styles.resultBody}>
        <ProgressLine run={run} />
        {run.questions.map((question) => (
          <QuestionForm key={question.questionId} run={run} question={question} />
        ))}
        <RunLogs run={run} />
      </div>
    </>
  )
}

function ProgressLine({ run: { progress, item } }: { run: RunView }) {
  const { t } = useTranslation('inspector')
  const { number } = useFormat()
  if (!progress) return null
  const { progress: done, total, message } = progress
  const count =
    total === null ? number(done) : t('progress', { done: number(done), total: number(total) })
  return (
    <div role="status">
      {total !== null && total > 0 && (
        <Progress
          size={4}
          color="var(--busy-dot)"
          aria-label={t('progressOf', { name: item })}
          value={Math.min(100, (done / total) * 100)}
        />
      )}
      <Text size="xs" c="dimmed">
        {[count, message].filter(Boolean).join(' · ')}
      </Text>
    </div>
  )
}

/** What the server logged for this run. */
export function RunLogs({ run: { logs } }: { run: RunView }) {
  const { t } = useTranslation('inspector')
  if (logs.length === 0) return null
  return (
    <details className={styles.logs}>
      <summary>{t('logs.count', { count: logs.length })}</summary>
      <ol tabIndex={0} aria-label={t('logs.title')}>
        {logs.map(({ seq, level, logger, data }) => (
          <li key={seq}>
            <span className={styles.quiet}>{[level, logger].filter(Boolean).join(' ')}</span>{' '}
            <code>{wordsOf(data)}</code>
          </li>
        ))}
      </ol>
    </details>
  )
}

function wordsOf(data: string): string {
  const value: unknown = JSON.parse(data)
  return typeof value === 'string' ? value : data
}
