import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ServerView } from '../../../../../shared/server.ts'
import styles from '../pane.module.css'
import { configOf, type Config } from './config.ts'
import { draftOf } from './drafts.ts'
import { FormEditor } from './form-editor.tsx'
import { JsonEditor } from './json-editor.tsx'

/** What the server is made of, as a form or as JSON; what is written in one is in the other. */
export function ConfigurationTab({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers')
  const draft = draftOf(server.id)
  const [mode, setMode] = useState<'form' | 'json'>(draft?.mode ?? 'form')
  const [carried, setCarried] = useState<Config | null>(null)
  // A change that came from elsewhere begins anew; so does what was saved.
  const version = JSON.stringify(configOf(server))
  const switchTo = (next: 'form' | 'json', config: Config) => {
    setCarried(config)
    setMode(next)
  }
  const Editor = mode === 'form' ? FormEditor : JsonEditor
  return (
    <Editor
      key={version}
      server={server}
      carried={carried}
      onDone={() => setCarried(null)}
      switcher={(read) => (
        <SegmentedControl
          size="xs"
          className={styles.mode}
          aria-label={t('form.as')}
          data={[
            { value: 'form', label: t('form.form') },
            { value: 'json', label: t('form.json') },
          ]}
          value={mode}
          onChange={(next) => {
            const config = read()
            if (config) switchTo(next as 'form' | 'json', config)
          }}
        />
      )}
    />
  )
}
