import { Button, Modal } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyIcon, DoneIcon } from '../../ui/icons.ts'
import styles from './keys.module.css'
import type { MadeKey } from './new-key.tsx'

/** The key itself, this once. Who goes on without having copied it is asked. */
export function ShownOnce({ made, onDone }: { made: MadeKey; onDone: () => void }) {
  const { t } = useTranslation('keys')
  const clipboard = useClipboard({ timeout: 60_000 })
  const [isCopied, setCopied] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => !isCopied && current.pathname !== next.pathname,
    enableBeforeUnload: !isCopied,
    withResolver: true,
  })
  const isBlocked = blocker.status === 'blocked'
  const stay = () => {
    setAsked(false)
    if (isBlocked) blocker.reset()
  }
  const leave = () => {
    setAsked(false)
    if (isBlocked) blocker.proceed()
    onDone()
  }
  const copy = () => {
    clipboard.copy(made.key)
    setCopied(true)
  }
  return (
    <section className={styles.once} aria-label={t('once.title', { name: made.name })}>
      <h2 className={styles.onceTitle}>{t('once.title', { name: made.name })}</h2>
      <code
        className={styles.key}
        translate="no"
        tabIndex={0}
        // Selected by hand is as good as copied.
        onCopy={() => setCopied(true)}
      >
        {made.key}
      </code>
      <p className={styles.note}>{t('once.text')}</p>
      <div className={styles.buttons}>
        <Button
          autoFocus
          variant="filled"
          leftSection={clipboard.copied ? <DoneIcon size={14} /> : <CopyIcon size={14} />}
          onClick={copy}
        >
          {clipboard.copied ? t('once.copied') : t('once.copy')}
        </Button>
        <Button onClick={() => (isCopied ? onDone() : setAsked(true))}>{t('once.done')}</Button>
        <span role="status" className={styles.note}>
          {clipboard.error ? t('once.notCopied') : ''}
        </span>
      </div>
      <Leaving name={made.name} isOpen={isAsked || isBlocked} onStay={stay} onLeave={leave} />
    </section>
  )
}

type LeavingProps = { name: string; isOpen: boolean; onStay: () => void; onLeave: () => void }

function Leaving({ name, isOpen, onStay, onLeave }: LeavingProps) {
  const { t } = useTranslation(['keys', 'ui'])
  return (
    <Modal
      opened={isOpen}
      onClose={onStay}
      title={t('once.leaveTitle', { name })}
      closeButtonProps={{ 'aria-label': t('ui:close') }}
    >
      <p className={styles.note}>{t('once.leaveText')}</p>
      <div className={styles.buttons}>
        <Button data-autofocus onClick={onStay}>
          {t('once.stay')}
        </Button>
        <Button onClick={onLeave}>{t('once.leave')}</Button>
      </div>
    </Modal>
  )
}
