import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BackupView } from '../../../../shared/data.ts'
import { useTRPC } from '../../trpc.ts'
import { Problem } from '../../ui/problem.tsx'
import { tell, tellProblem } from '../../ui/undo.ts'
import { useFormat } from '../../ui/use-format.ts'
import { useWhen } from '../../ui/use-when.ts'
import { RestartButton } from './network.tsx'
import styles from './settings.module.css'
import type { Settings } from './use-settings.ts'

/** Copies of everything, and the way back to one of them. */
export function Backups({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const trpc = useTRPC()
  const when = useWhen()
  const { bytes } = useFormat()
  const [asked, setAsked] = useState<BackupView | null>(null)
  const info = useQuery(trpc.data.info.queryOptions())
  const backups = useQuery(trpc.data.backups.queryOptions())
  const fail = (error: unknown) => tellProblem(error, t('backups.label'))
  const make = useMutation(
    trpc.data.backup.mutationOptions({
      onSuccess: (backup) => tell(t('backups.made', { size: bytes(backup.bytes) })),
      onError: fail,
      onSettled: () => Promise.all([backups.refetch(), info.refetch()]),
    }),
  )
  const restore = useMutation(
    trpc.data.restore.mutationOptions({ onError: fail, onSettled: () => info.refetch() }),
  )
  if (info.data?.ownBackups === false) {
    return <p className={styles.help}>{t('backups.ofServer')}</p>
  }
  const pending = backups.data?.find(({ name }) => name === info.data?.pendingRestore)
  return (
    <>
      <div className={styles.buttons}>
        <Button loading={make.isPending} onClick={() => make.mutate()}>
          {t('backups.make')}
        </Button>
      </div>
      {pending && (
        <Problem
          tone="warn"
          title={t('backups.pending', { when: when.moment(pending.at) })}
          text={settings.can('restart') ? null : t('backups.restartYourself')}
          actions={
            <>
              <RestartButton settings={settings} />
              <Button onClick={() => restore.mutate({ name: null })}>{t('backups.callOff')}</Button>
            </>
          }
        />
      )}
      <BackupList backups={backups.data ?? []} onRestore={setAsked} />
      <AskRestore
        backup={asked}
        onClose={() => setAsked(null)}
        onRestore={({ name }) => restore.mutate({ name })}
      />
    </>
  )
}

type BackupListProps = { backups: readonly BackupView[]; onRestore: (backup: BackupView) => void }

function BackupList({ backups, onRestore }: BackupListProps) {
  const { t } = useTranslation('settings')
  const when = useWhen()
  const { bytes } = useFormat()
  if (backups.length === 0) return null
  return (
    <ul className={styles.list}>
      {backups.map((backup) => (
        <li key={backup.name} className={styles.entry}>
          <span className={styles.cut}>
            {when.moment(backup.at)} <span className={styles.help}>{bytes(backup.bytes)}</span>
          </span>
          <Button
            aria-label={t('backups.restoreOf', { when: when.moment(backup.at) })}
            onClick={() => onRestore(backup)}
          >
            {t('backups.restore')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

type AskRestoreProps = {
  backup: BackupView | null
  onClose: () => void
  onRestore: (backup: BackupView) => void
}

/** It cannot be undone by a toast: what is there now is put aside. */
function AskRestore({ backup, onClose, onRestore }: AskRestoreProps) {
  const { t } = useTranslation(['settings', 'ui'])
  const when = useWhen()
  return (
    <Modal
      opened={backup !== null}
      onClose={onClose}
      title={backup && t('backups.askTitle', { when: when.moment(backup.at) })}
      closeButtonProps={{ 'aria-label': t('ui:close') }}
    >
      <p className={styles.text}>{t('backups.askText')}</p>
      <div className={styles.foot}>
        <Button data-autofocus onClick={onClose}>
          {t('ui:cancel')}
        </Button>
        <Button
          variant="filled"
          onClick={() => {
            if (backup) onRestore(backup)
            onClose()
          }}
        >
          {t('backups.askDo')}
        </Button>
      </div>
    </Modal>
  )
}
