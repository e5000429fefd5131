import { Collapse, Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from './copy-button.tsx'
import { WarningIcon } from './icons.ts'
import styles from './problem.module.css'

export type ProblemProps = {
  tone?: 'bad' | 'warn'
  /** What happened. */
  title: string
  /** Why, and what helps. */
  text?: ReactNode
  /** As the machine put it; shown when asked for. */
  details?: string | null
  actions?: ReactNode
}

/** What is wrong with a thing, where the thing is: what, why, and the button that helps. */
export function Problem({ tone = 'bad', title, text, details, actions }: ProblemProps) {
  const { t } = useTranslation('ui')
  const [isOpen, { toggle }] = useDisclosure(false)
  return (
    <section className={styles.problem} data-tone={tone} aria-label={title}>
      <h3 className={styles.title}>
        <WarningIcon size={16} aria-hidden="true" />
        {title}
      </h3>
      {text && <div className={styles.text}>{text}</div>}
      {(actions || details) && (
        <div className={styles.actions}>
          {actions}
          {details && (
            <Button variant="subtle" color="gray" aria-expanded={isOpen} onClick={toggle}>
              {t('details')}
            </Button>
          )}
        </div>
      )}
      {details && (
        <Collapse expanded={isOpen}>
          <div className={styles.details}>
            <pre tabIndex={0} aria-label={t('details')}>
              {details}
            </pre>
            <CopyButton text={details} label={t('details')} />
          </div>
        </Collapse>
      )}
    </section>
  )
}
