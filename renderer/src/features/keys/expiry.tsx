import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useWhen } from '../../ui/use-when.ts'
import styles from './keys.module.css'

const DAY_MS = 86_400_000
/** How long a new key may open, in days; `0` is for ever. */
const TERMS = [0, 7, 30, 90, 365] as const

type ExpiryFieldProps = { days: number; onChange: (days: number) => void }

/** How long a key to come is to open anything. */
export function ExpiryField({ days, onChange }: ExpiryFieldProps) {
  const { t } = useTranslation('keys')
  return (
    <Select
      aria-label={t('columns.expires')}
      data={TERMS.map((term) => ({
        value: String(term),
        label: term === 0 ? t('expiresNever') : t('expiresAfter', { count: term }),
      }))}
      value={String(days)}
      allowDeselect={false}
      onChange={(value) => onChange(Number(value))}
    />
  )
}

/** When a key that is made now ends; `null` for never. */
export function endAfter(days: number): string | null {
  return days === 0 ? null : new Date(Date.now() + days * DAY_MS).toISOString()
}

export function ExpiryWord({ expiresAt }: { expiresAt: string | null }) {
  const { t } = useTranslation('keys')
  const when = useWhen()
  if (expiresAt === null) return <span className={styles.dim}>{t('neverExpires')}</span>
  const left = Date.parse(expiresAt) - Date.now()
  const isOver = left <= 0
  return (
    <span className={isOver ? styles.dim : undefined} title={when.moment(expiresAt)}>
      {isOver ? t('expired') : t('expiresIn', { count: Math.ceil(left / DAY_MS) })}
    </span>
  )
}
