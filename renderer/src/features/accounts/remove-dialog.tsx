import { Button, Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from './accounts.module.css'
import { usePeopleActions, type Person } from './use-people.ts'

type RemoveDialogProps = { person: Person | null; onClose: () => void }

/** One of the few things that cannot be undone, so it is asked. */
export function RemoveDialog({ person, onClose }: RemoveDialogProps) {
  const { t } = useTranslation(['accounts', 'ui'])
  const { remove } = usePeopleActions()
  const name = person?.name ?? ''
  return (
    <Modal
      opened={person !== null}
      onClose={onClose}
      title={t('removing.title', { name })}
      closeButtonProps={{ 'aria-label': t('ui:close') }}
    >
      <p className={styles.text}>{t('removing.text')}</p>
      <div className={styles.buttons}>
        <Button data-autofocus onClick={onClose}>
          {t('ui:cancel')}
        </Button>
        <Button
          onClick={() => {
            onClose()
            if (person) void remove(person)
          }}
        >
          {t('removing.remove', { name })}
        </Button>
      </div>
    </Modal>
  )
}
