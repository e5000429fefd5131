import { Button, Modal } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyIcon, DoneIcon } from './icons.ts'
import styles from './shown-once.module.css'

type ShownOnceProps = {
  title: string
  /** The text that is shown this once. */
  secret: string
  /** What it is, and that it does not come again. */
  text: string
  /** Asks whoever goes on without having copied it. */
  leaving: { title: string; text: string }
  onDone: () => void
}

/** A secret, this once. Who goes on without having copied it is asked. */
export function ShownOnce({ title, secret, text, leaving, onDone }: ShownOnceProps) {
  const { t } = useTranslation('ui')
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
    clipboard.copy(secret)
    setCopied(true)
  }
  return (
    <section className={styles.once} aria-label={title}>
      <h2 className={styles.title}>{title}</h2>
      <code
        className={styles.secret}
        translate="no"
        tabIndex={0}
        // Selected by hand is as good as copied.
        onCopy={() => setCopied(true)}
      >
        {secret}
      </code>
      <p className={styles.note}>{text}</p>
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
      <Leaving {...leaving} isOpen={isAsked || isBlocked} onStay={stay} onLeave={leave} />
    </section>
  )
}

type LeavingProps = {
  title: string
  text: string
  isOpen: boolean
  onStay: () => void
  onLeave: () => void
}

function Leaving({ title, text, isOpen, onStay, onLeave }: LeavingProps) {
  const { t } = useTranslation('ui')
  return (
    <Modal
      opened={isOpen}
      onClose={onStay}
      title={title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <p className={styles.note}>{text}</p>
      <div className={styles.buttons}>
        <Button data-autofocus onClick={onStay}>
          {t('once.stay')}
        </Button>
        <Button onClick={onLeave}>{t('once.leave')}</Button>
      </div>
    </Modal>
  )
}
