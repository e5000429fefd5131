import { Button, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MiddlewareEntry, MiddlewareKindView } from '../../../../shared/middleware.ts'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { findProblems, type JsonSchema } from '../../ui/schema-check.ts'
import { SchemaForm } from '../../ui/schema-form.tsx'
import { readValue, type SchemaValue } from '../../ui/schema-value.ts'
import pane from './pane.module.css'
import type { MiddlewareActions } from './use-middleware.ts'

/** What is filled in and not saved. */
export type MiddlewareDrafts = Map<string, SchemaValue>

type MiddlewareFormProps = {
  drafts: MiddlewareDrafts
  /** Of the draft. */
  id: string
  kind: MiddlewareKindView
  actions: MiddlewareActions
  entry: MiddlewareEntry
  /** Beyond the end for a new one. */
  at: number
  onSaved: (at: number) => void
  onClose: () => void
}

/** The options of one middleware, drawn from their schema; what does not fit it is not saved. */
export function MiddlewareForm(props: MiddlewareFormProps) {
  const { actions } = props
  const { t } = useTranslation('namespaces')
  const schema = useSchemaInWords(props.kind)
  const { draft, change, problems, refusal, isDirty, save, ...saving } = useDraft(props)
  useCommands(
    isDirty
      ? [{ id: 'namespaces.save', label: t('save'), shortcut: 'mod+S', run: () => void save() }]
      : [],
  )
  return (
    <form
      className={pane.form}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <fieldset
        className={pane.fields}
        disabled={actions.isLocked}
        aria-label={t('middleware.options')}
      >
        <SchemaForm
          schema={schema}
          label={t('middleware.options')}
          value={draft}
          onChange={change}
          problems={problems}
          isWhole
        />
      </fieldset>
      {refusal !== null && (
        <Text role="alert" size="xs" c="var(--bad)">
          {refusal}
        </Text>
      )}
      {isDirty && <Saving {...saving} />}
    </form>
  )
}

type SavingProps = { isNew: boolean; canSave: boolean; discard: () => void }

function Saving({ isNew, canSave, discard }: SavingProps) {
  const { t } = useTranslation('namespaces')
  return (
    <div className={pane.saving}>
      <Button type="submit" variant="filled" disabled={!canSave}>
        {t(isNew ? 'middleware.addIt' : 'save')} {shortcutText('mod+S')}
      </Button>
      <Button onClick={discard}>{t(isNew ? 'cancel' : 'pane.discard')}</Button>
      <span className={pane.note}>{t('pane.saving')}</span>
    </div>
  )
}

/** What is filled in, and what is wrong with it. */
function useDraft(props: MiddlewareFormProps) {
  const { drafts, id, kind, actions, entry, at } = props
  const { use, enabled, ...options } = entry
  const schema: JsonSchema = kind.options
  const saved: SchemaValue = { mode: 'form', value: options, text: '' }
  const [draft, setDraft] = useState(() => drafts.get(id) ?? saved)
  const [refusal, setRefusal] = useState<string | null>(null)
  const isNew = at >= actions.entries.length
  const text = readValue(draft)
  const value = useMemo(() => (text === null ? null : (JSON.parse(text) as JsonSchema)), [text])
  const problems = useMemo(() => (value ? findProblems(schema, value) : []), [schema, value])
  const isDirty = isNew || !value || filled(schema, value) !== filled(schema, options)
  const canSave = isDirty && value !== null && problems.length === 0 && !actions.isLocked
  return {
    ...{ draft, problems, refusal, isNew, isDirty, canSave },
    change(next: SchemaValue) {
      setRefusal(null)
      setDraft(next)
      drafts.set(id, next)
    },
    discard() {
      drafts.delete(id)
      if (isNew) props.onClose()
      else setDraft(saved)
    },
    async save() {
      if (!canSave) return
      const switched = enabled === undefined ? {} : { enabled }
      const error = await actions.save(at, { ...value, use, ...switched })
      if (error !== null) return setRefusal(error instanceof Error ? error.message : String(error))
      drafts.delete(id)
      props.onSaved(at)
    },
  }
}

/** What it means, in one order: a form fills in what goes without saying. */
function filled({ properties }: JsonSchema, value: JsonSchema): string {
  const parts = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
  const known = parts.map(([name, part]) => [name, value[name] ?? part['default'] ?? null])
  const others = Object.entries(value).filter(([name]) => !parts.some(([own]) => own === name))
  return JSON.stringify([known, others])
}

/** The schema with titles, descriptions and choices in the language of the window. */
function useSchemaInWords({ use, options }: MiddlewareKindView): JsonSchema {
  const { t } = useTranslation('namespaces')
  return useMemo(() => {
    const { properties, ...rest } = options as { properties?: Record<string, JsonSchema> }
    const parts = Object.entries(properties ?? {}).map(([name, part]) => {
      const say = (what: 'title' | 'description') =>
        t(`middleware.option.${use}.${name}.${what}`, { defaultValue: String(part[what] ?? '') })
      const choice = (value: string) =>
        t(`middleware.option.${use}.${name}.choice.${value}`, { defaultValue: value })
      const said = { title: say('title'), description: say('description') }
      return [name, { ...withChoices(part, choice), ...said }] as const
    })
    return { ...rest, properties: Object.fromEntries(parts) }
  }, [use, options, t])
}

/** What one may choose of, as titles of constants: a form shows these in the place of the values. */
function withChoices(part: JsonSchema, word: (value: string) => string): JsonSchema {
  const items = part['items'] as JsonSchema | undefined
  const values = items?.['enum']
  if (!Array.isArray(values)) return part
  const { enum: _, ...rest } = items ?? {}
  const oneOf = values.map((value: unknown) => ({ const: value, title: word(String(value)) }))
  return { ...part, items: { ...rest, oneOf } }
}
