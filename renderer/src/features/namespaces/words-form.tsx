import { Button, Textarea, TextInput } from '@mantine/core'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { OfferedTool } from '../../../../shared/offer.ts'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { WordDiff } from '../../ui/diff.tsx'
import { draftOf, isSame, nameInstead, patchOf, type Draft } from './draft.ts'
import styles from './pane.module.css'
import type { ToolNode } from './tree-model.ts'
import type { NamespaceActions } from './use-namespace.ts'

type WordsFormProps = {
  node: ToolNode
  actions: NamespaceActions
  /** What was written and not saved, by row. */
  drafts: Map<string, Draft>
  nameField: RefObject<HTMLInputElement | null>
}

/** Name, title and description, saved together. */
export function WordsForm({ node, actions, drafts, nameField }: WordsFormProps) {
  const { t } = useTranslation('namespaces')
  const { tool, server } = node
  const { draft, isDirty, change, forget } = useDraft(node, drafts)
  const instead = nameInstead(draft.name)
  const save = async () => {
    if (!isDirty) return
    if (instead !== null) return nameField.current?.focus()
    if (await actions.patchTools([patchOf(server.id, tool, draft)])) forget()
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
      <TextInput
        ref={nameField}
        label={t('pane.name')}
        placeholder={tool.exposed}
        classNames={{ input: styles.mono ?? '' }}
        value={draft.name}
        error={instead !== null && t('pane.nameWrong', { name: draft.name })}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      {instead !== null && instead !== '' && (
        <Button className={styles.instead} onClick={() => change({ name: instead })}>
          {t('pane.useInstead', { name: instead })}
        </Button>
      )}
      <TextInput
        label={t('pane.title')}
        placeholder={tool.title ?? t('pane.noTitle')}
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
      <Difference tool={tool} draft={draft} />
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

function Difference({ tool, draft }: { tool: OfferedTool; draft: Draft }) {
  const { t } = useTranslation('namespaces')
  const before = tool.description ?? ''
  if (before === draft.description) return null
  return (
    <div className={styles.diff}>
      <h3 className={styles.label}>{t('pane.difference')}</h3>
      <WordDiff before={before} after={draft.description} label={t('pane.difference')} />
    </div>
  )
}

function useDraft(node: ToolNode, drafts: Map<string, Draft>) {
  const { id, tool } = node
  const saved = draftOf(tool)
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
