import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { LogEntries } from './log-entries.ts'
import styles from './logs.module.css'

type LogNoticeProps = {
  log: LogEntries
  /** A pattern that is none; `null` when all is well. */
  brokenText: string | null
}

/** What stands between a person and the lines they look for. */
export function LogNotice({ log, brokenText }: LogNoticeProps) {
  const { t } = useTranslation('logs')
  if (log.problem !== null) {
    return (
      <div className={styles.notice} data-tone="bad" role="status">
        {t('stopped', { why: log.problem })}
        <Button onClick={log.readAgain}>{t('readAgain')}</Button>
      </div>
    )
  }
  if (brokenText === null) return null
  return (
    <div className={styles.notice} role="status">
      {t('brokenPattern', { text: brokenText })}
    </div>
  )
}
