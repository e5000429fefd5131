import { Button } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './named.module.css'

type NewRowProps = {
  label: string
  /** On the button that makes it. */
  make: string
  isMaking: boolean
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void
  onCancel: () => void
  /** Its fields, each in a `NewField`. */
  children: ReactNode
}

/** A thing to come, as the first row of its list: Enter makes it, Escape does not. */
export function NewRow({ label, make, isMaking, onSubmit, onCancel, children }: NewRowProps) {
  const { t } = useTranslation('ui')
  return (
    <form
      className={styles.newRow}
      aria-label={label}
      noValidate
      onSubmit={onSubmit}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onCancel()
      }}
    >
      {children}
      <Button type="submit" variant="filled" loading={isMaking}>
        {make}
      </Button>
      <Button onClick={onCancel}>{t('cancel')}</Button>
    </form>
  )
}

export function NewField({ children }: { children: ReactNode }) {
  return <div className={styles.newField}>{children}</div>
}
