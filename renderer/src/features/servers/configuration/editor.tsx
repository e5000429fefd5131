import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ServerView } from '../../../../../shared/server.ts'
import { shortcutText, useCommands } from '../../../ui/commands.ts'
import styles from '../pane.module.css'
import type { Config } from './config.ts'

/** A way to edit a definition: as a form, or as JSON. */
export type EditorProps = {
  server: ServerView
  /** What was written the other way; `null` for nothing. */
  carried: Config | null
  /** Saved, or given up. */
  onDone: () => void
  /** The choice between the two ways; `read` gives what is written, or `null` when that is wrong. */
  switcher: (read: () => Config | null) => ReactNode
}

type SaveBarProps = {
  server: ServerView
  isDirty: boolean
  isPending: boolean
  onSave: () => void
  onDiscard: () => void
}

/** Save, and what saving does. */
export function SaveBar({ server, isDirty, isPending, onSave, onDiscard }: SaveBarProps) {
  const { t } = useTranslation(['servers', 'ui'])
  useCommands([
    {
      ...{ id: 'server.save', label: t('form.saveName', { name: server.name }), shortcut: 'mod+S' },
      run: () => isDirty && onSave(),
    },
  ])
  if (!isDirty) return null
  const isUp = server.state === 'running' || server.state === 'starting'
  return (
    <footer className={styles.foot}>
      <Button loading={isPending} title={shortcutText('mod+S')} onClick={onSave}>
        {t('ui:save')}
      </Button>
      <Button variant="subtle" color="gray" onClick={onDiscard}>
        {t('form.discard')}
      </Button>
      <span className={styles.note}>{t(isUp ? 'form.restarts' : 'form.unsaved')}</span>
    </footer>
  )
}
