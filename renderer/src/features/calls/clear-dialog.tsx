import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { tell, tellProblem } from '../../ui/undo.ts'
import styles from './calls.module.css'

type ClearDialogProps = { isOpen: boolean; onClose: () => void; onCleared: () => void }

/** One of the few things that cannot be undone, so it is asked. */
export function ClearDialog({ isOpen, onClose, onCleared }: ClearDialogProps) {
  const { t } = useTranslation(['calls', 'ui'])
  const client = useTRPCClient()
  const [isClearing, setClearing] = useState(false)
  const clear = async () => {
    setClearing(true)
    try {
      const { cleared } = await client.calls.clear.mutate()
      tell(t('clear.done', { count: cleared }))
      onCleared()
    } catch (error) {
      tellProblem(error, t('clear.title'))
    }
    setClearing(false)
    onClose()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('clear.title')}
      closeButtonProps={{ 'aria-label': t('ui:close') }}
    >
      <p className={styles.text}>{t('clear.text')}</p>
      <div className={styles.buttons}>
        <Button data-autofocus onClick={onClose}>
          {t('ui:cancel')}
        </Button>
        <Button loading={isClearing} onClick={() => void clear()}>
          {t('clear.do')}
        </Button>
      </div>
    </Modal>
  )
}
