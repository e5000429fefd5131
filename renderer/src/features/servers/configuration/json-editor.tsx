import { Textarea } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from '../pane.module.css'
import { configOf, patchOf, type Config } from './config.ts'
import { draftOf, keepDraft } from './drafts.ts'
import { SaveBar, type EditorProps } from './editor.tsx'
import { useSave, type Issue } from './use-save.ts'

/** The whole definition as text, with `null` in the place of each secret. */
export function JsonEditor({ server, carried, onDone, switcher }: EditorProps) {
  const { t } = useTranslation('servers')
  const before = configOf(server)
  const original = textOf(before)
  const draft = draftOf(server.id)
  const [text, setText] = useState(() =>
    draft?.mode === 'json' && !carried ? draft.text : textOf(carried ?? before),
  )
  const { save, isPending, issues, setIssues } = useSave(server)
  const isDirty = text !== original
  const isOver = useRef(false)
  useEffect(() => {
    if (!isOver.current) keepDraft(server.id, isDirty ? { mode: 'json', text } : null)
  })

  const read = (): Config | null => {
    const config = parse(text)
    if (!config) setIssues([{ path: '', message: t('form.notJson') }])
    return config
  }
  const submit = async () => {
    const config = read()
    if (!config) return
    if (!patchOf(before, config)) return discard()
    const found = await save(config)
    if (found.length > 0) return
    // What comes next is a new editor, with what is stored now.
    isOver.current = true
    keepDraft(server.id, null)
    onDone()
  }
  const discard = () => {
    keepDraft(server.id, null)
    setText(original)
    setIssues([])
    onDone()
  }
  return (
    <div className={styles.form}>
      {switcher(read)}
      <Textarea
        label={t('form.definition')}
        description={t('form.jsonHelp')}
        autosize
        minRows={12}
        spellCheck={false}
        classNames={{ input: styles.mono ?? '' }}
        value={text}
        error={errorOf(issues)}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setIssues([])
        }}
      />
      <SaveBar
        {...{ server, isDirty, isPending, onDiscard: discard, onSave: () => void submit() }}
      />
    </div>
  )
}

function errorOf(issues: readonly Issue[]): string | undefined {
  const lines = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return lines.length > 0 ? lines.join('\n') : undefined
}

function textOf(config: Config): string {
  return JSON.stringify(config, null, 2)
}

/** What the core makes of its fields is the core's to say. */
function parse(text: string): Config | null {
  try {
    const value: unknown = JSON.parse(text)
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isRecord ? (value as Config) : null
  } catch {
    return null
  }
}
