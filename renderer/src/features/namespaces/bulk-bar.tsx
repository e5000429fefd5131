import { ActionBar, Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

type BulkBarProps = {
  isOpen: boolean
  label: string
  /** How many of what. */
  count: string
  acts: readonly { label: string; isOff: boolean; run: () => Promise<void> }[]
  /** No pane is open that Escape would close first. */
  isAlone: boolean
  onDone: () => void
}

/** What can be done with many rows at once. */
export function BulkBar({ isOpen, label, count, acts, isAlone, onDone }: BulkBarProps) {
  const { t } = useTranslation('namespaces')
  return (
    <ActionBar
      opened={isOpen}
      onClose={onDone}
      closeOnEscape={isAlone}
      withinPortal={false}
      position={{ bottom: 40, left: 0, right: 0 }}
      transitionProps={{ transition: 'fade', duration: 120 }}
      aria-label={label}
    >
      <span role="status">{count}</span>
      <ActionBar.Divider />
      {acts.map(({ label, isOff, run }) => (
        <Button key={label} disabled={isOff} onClick={() => void run().then(onDone)}>
          {label}
        </Button>
      ))}
      <ActionBar.CloseButton aria-label={t('bulk.none')} />
    </ActionBar>
  )
}
