import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './empty.module.css'

/** Nothing yet: what it is for, and the way to the first. */
export function Empty({
  title,
  text,
  actions,
}: {
  title: string
  text: string
  actions?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{text}</p>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}

/** Nothing matches: names the filter, and offers to clear it. */
export function NoMatch({
  text,
  onClear,
  children,
}: {
  text: string
  onClear: () => void
  children?: ReactNode
}) {
  const { t } = useTranslation('ui')
  return (
    <div className={styles.empty} role="status">
      <p className={styles.text}>{text}</p>
      <div className={styles.actions}>
        <Button onClick={onClear}>{t('clearFilter')}</Button>
        {children}
      </div>
    </div>
  )
}
