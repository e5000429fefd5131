import { Button, Kbd } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { shortcutText } from '../../ui/commands.ts'
import styles from './add-server.module.css'

type AddFooterProps = {
  /** The other way to add a server. */
  other: { label: string; go: () => void }
  count: number
  isReady: boolean
  isPending: boolean
  onCancel: () => void
  onAdd: () => void
}

export function AddFooter({ other, count, isReady, isPending, onCancel, onAdd }: AddFooterProps) {
  const { t } = useTranslation(['add-server', 'ui'])
  return (
    <>
      <Button variant="subtle" color="gray" onClick={other.go}>
        {other.label}
      </Button>
      <span className={styles.gap} />
      <Button onClick={onCancel}>{t('ui:cancel')}</Button>
      <Button
        variant="filled"
        disabled={!isReady}
        loading={isPending}
        rightSection={<Kbd size="xs">{shortcutText('mod+Enter')}</Kbd>}
        onClick={onAdd}
      >
        {t('add', { count })}
      </Button>
    </>
  )
}
