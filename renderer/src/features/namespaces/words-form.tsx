import { Button, Textarea, TextInput } from '@mantine/core'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { WordDiff } from '../../ui/diff.tsx'
import {
  draftOf,
  isSame,
  nameInstead,
  overridesIn,
  type Draft,
  type Overrides,
  type Worded,
} from './draft.ts'
import styles from './pane.module.css'

export type WordsFormProps = {
  /** The row's: what was written and not saved is kept by it. */
  id: string
  words: Worded
  /** The name that it has without an override; `null` for what keeps its own. */
  exposed: string | null
  /** Resolves with whether it was done. */
  onSave: (overrides: Overrides) => Promise<boolean>
  /** What was written and not saved, by row. */
  drafts: Map<string, Draft>
  nameField: RefObject<HTMLInputElement | null>
}

/** Name, title and description, saved together. */
export function WordsForm({ id, words, exposed, onSave, drafts, nameField }: WordsFormProps) {
  const { t } = useTranslation('namespaces')
  const { draft, isDirty, change, forget } = useDraft(id, words, drafts)
  const instead = nameInstead(draft.name)
  const save = async () => {
    if (!isDirty) return
    if (instead !== null) return nameField.current?.focus()
    if (await onSave(overridesIn(words, draft))) forget()
  }
  useCommands(
    isDirty
      ? [{ id: 'namespaces.save', label: t('save'), shortcut: 'mod+S', run: () => void save() }]
      : [],
  )
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {exposed !== null && (
        <TextInput
          ref={nameField}
          label={t('pane.name')}
          placeholder={exposed}
          classNames={{ input: styles.mono ?? '' }}
          value={draft.name}
          error={instead !== null && t('pane.nameWrong', { name: draft.name })}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
      )}
      {instead !== null && instead !== '' && (
        <Button className={styles.instead} onClick={() => change({ name: instead })}>
          {t('pane.useInstead', { name: instead })}
        </Button>
      )}
      <TextInput
        label={t('pane.title')}
        placeholder={words.title ?? t('pane.noTitle')}
        value={draft.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <Textarea
        label={t('pane.description')}
        autosize
        minRows={3}
        maxRows={12}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      <Difference words={words} draft={draft} />
      {isDirty && <Saving onDiscard={forget} />}
    </form>
  )
}

function Saving({ onDiscard }: { onDiscard: () => void }) {
  const { t } = useTranslation('namespaces')
  return (
    <div className={styles.saving}>
      <Button type="submit" variant="filled">
        {t('save')} {shortcutText('mod+S')}
      </Button>
      <Button onClick={onDiscard}>{t('pane.discard')}</Button>
      <span className={styles.note}>{t('pane.saving')}</span>
    </div>
  )
}

function Difference({ words, draft }: { words: Worded; draft: Draft }) {
  const { t } = useTranslation('namespaces')
  const before = words.description ?? ''
  if (before === draft.description) return null
  return (
    <div className={styles.diff}>
      <h3 className={styles.label}>{t('pane.difference')}</h3>
      <WordDiff before={before} after={draft.description} label={t('pane.difference')} />
    </div>
  )
}

function useDraft(id: string, words: Worded, drafts: Map<string, Draft>) {
  const saved = draftOf(words)
  const [written, setWritten] = useState<Draft | null>(() => drafts.get(id) ?? null)
  const draft = written ?? saved
  const latest = useRef(saved)
  useEffect(() => {
    latest.current = saved
  })
  return {
    draft,
    isDirty: !isSame(draft, saved),
    change(part: Partial<Draft>) {
      const next = { ...draft, ...part }
      setWritten(next)
      if (isSame(next, latest.current)) drafts.delete(id)
      else drafts.set(id, next)
    },
    forget() {
      drafts.delete(id)
      setWritten(null)
    },
  }
}
