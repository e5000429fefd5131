import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from './add-server.module.css'

/** Asked by Escape where something was typed; Escape once more discards it. */
export function Discard({ onDiscard, onKeep }: { onDiscard: () => void; onKeep: () => void }) {
  const { t } = useTranslation('add-server')
  return (
    <>
      <span role="alert" className={styles.gap}>
        {t('discard.question')}
      </span>
      <Button autoFocus onClick={onKeep}>
        {t('discard.no')}
      </Button>
      <Button onClick={onDiscard}>{t('discard.yes')}</Button>
    </>
  )
}
