import '@mantine/dates/styles.layer.css'
import { MantineThemeProvider, SegmentedControl, Text } from '@mantine/core'
import { withTheme } from '@rjsf/core'
import { Theme } from '@rjsf/mantine'
import {
  englishStringTranslator,
  TranslatableString,
  type ErrorSchema,
  type RJSFSchema,
  type ValidatorType,
} from '@rjsf/utils'
import type { TFunction } from 'i18next'
import { Component, useId, useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { fits, type JsonSchema, type SchemaProblem } from './schema-check.ts'
import { fields, widgets } from './schema-fields.tsx'
import styles from './schema-form.module.css'
import { simplify } from './schema-simple.ts'
import { problemText, wordsOf } from './schema-words.ts'
import { JsonBox, templates, type FormContext } from './schema-templates.tsx'
import { asForm, asJson, type SchemaValue } from './schema-value.ts'

export type SchemaFormProps = {
  schema: JsonSchema
  /** What is filled in; the JSON box is called that. */
  label: string
  value: SchemaValue
  onChange: (value: SchemaValue) => void
  /** Shown at their fields; see `findProblems`. */
  problems?: readonly SchemaProblem[]
  /** Whether many optional fields are seen at once, too. */
  isWhole?: boolean
}

/** A value by a JSON Schema: a form, or JSON, as a person likes; JSON where there can be no form. */
export function SchemaForm(props: SchemaFormProps) {
  const { schema, label, value, onChange, problems = NONE, isWhole = false } = props
  const { t } = useTranslation('ui')
  const simple = useMemo(() => simplify(schema), [schema])
  const [isBroken, setBroken] = useState(false)
  const [isRefused, setRefused] = useState(false)
  const why = isBroken ? 'broken' : 'why' in simple ? simple.why : null
  const isForm = why === null && value.mode === 'form'
  const change = (mode: string) => {
    const next = mode === 'json' ? asJson(value) : asForm(value)
    setRefused(next === null)
    if (next) onChange(next)
  }
  // A tool that takes nothing needs no box for it.
  if (why === 'nothing' && value.mode === 'form') {
    return (
      <Text size="xs" c="dimmed">
        {t('schema.noForm.nothing')}
      </Text>
    )
  }
  return (
    <MantineThemeProvider inherit theme={SIZES}>
      <div className={styles.form}>
        {why === null && <ModeSwitch mode={value.mode} onChange={change} />}
        {isForm && 'schema' in simple ? (
          <Guard onBreak={() => setBroken(true)}>
            <FormView
              schema={simple.schema}
              value={value.value}
              problems={problems}
              isWhole={isWhole}
              onChange={(next) => onChange({ ...value, value: next })}
            />
          </Guard>
        ) : (
          <JsonView
            label={label}
            value={value.mode === 'json' ? value : (asJson(value) ?? value)}
            onChange={onChange}
            problems={problems}
            note={why === null ? null : t(`schema.noForm.${why}`)}
            isRefused={isRefused}
          />
        )}
      </div>
    </MantineThemeProvider>
  )
}

function ModeSwitch({ mode, onChange }: { mode: string; onChange: (mode: string) => void }) {
  const { t } = useTranslation('ui')
  return (
    <SegmentedControl
      className={styles.switch}
      size="xs"
      aria-label={t('schema.as')}
      value={mode}
      onChange={onChange}
      data={[
        { value: 'form', label: t('schema.form') },
        { value: 'json', label: 'JSON' },
      ]}
    />
  )
}

/** What only forms have, as high as everything else. */
const SIZES = {
  components: Object.fromEntries(
    ['DateInput', 'TimeInput', 'FileInput', 'ColorInput'].map((name) => [
      name,
      { defaultProps: { size: 'xs' } },
    ]),
  ),
}

const NONE: readonly SchemaProblem[] = []

type FormViewProps = {
  schema: JsonSchema
  value: unknown
  problems: readonly SchemaProblem[]
  isWhole: boolean
  onChange: (value: unknown) => void
}

const RjsfForm = withTheme({ ...Theme, templates: { ...Theme.templates, ...templates } })

/** No validator of the form's own is used: it would compile schemas to code, which the page forbids. */
const validator: ValidatorType = {
  isValid: (schema, data) => fits(schema as JsonSchema, data),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
}

function FormView({ schema, value, problems, isWhole, onChange }: FormViewProps) {
  const { t } = useTranslation('ui')
  const id = useId()
  const extraErrors = useMemo(() => toErrorSchema(problems, t), [problems, t])
  return (
    <RjsfForm
      tagName="div"
      idPrefix={id}
      schema={schema as RJSFSchema}
      validator={validator}
      formData={value}
      onChange={({ formData }) => onChange(formData)}
      fields={fields}
      formContext={{ isWhole } satisfies FormContext}
      widgets={widgets}
      noValidate
      showErrorList={false}
      extraErrors={extraErrors}
      translateString={(key, params) => translate(t, key, params)}
      experimental_defaultFormStateBehavior={{
        emptyObjectFields: 'skipEmptyDefaults',
        arrayMinItems: { populate: 'requiredOnly' },
      }}
    >
      <></>
    </RjsfForm>
  )
}

type JsonViewProps = {
  label: string
  value: SchemaValue
  onChange: (value: SchemaValue) => void
  problems: readonly SchemaProblem[]
  note: string | null
  isRefused: boolean
}

function JsonView({ label, value, onChange, problems, note, isRefused }: JsonViewProps) {
  const { t } = useTranslation('ui')
  const isBroken = isRefused && asForm(value) === null
  const lines = problems.map((problem) => problemText(t, problem))
  return (
    <JsonBox
      label={label}
      minRows={6}
      description={note ?? undefined}
      value={value.text}
      onChange={(text) => onChange({ ...value, mode: 'json', text })}
      error={isBroken ? t('schema.notJson') : lines.length > 0 ? lines.join('\n') : undefined}
    />
  )
}

function toErrorSchema(problems: readonly SchemaProblem[], t: TFunction): ErrorSchema {
  const root: ErrorSchema = {}
  for (const { path, ...problem } of problems) {
    let at = root as Record<string, unknown>
    for (const step of path) at = (at[step] ??= {}) as Record<string, unknown>
    at['__errors'] = [...((at['__errors'] as string[] | undefined) ?? []), wordsOf(t, problem)]
  }
  return root
}

const WORDS: Partial<Record<TranslatableString, string>> = {
  [TranslatableString.AddButton]: 'add',
  [TranslatableString.AddItemButton]: 'add',
  [TranslatableString.RemoveButton]: 'remove',
  [TranslatableString.MoveUpButton]: 'up',
  [TranslatableString.MoveDownButton]: 'down',
  [TranslatableString.CopyButton]: 'duplicate',
  [TranslatableString.ExpandButton]: 'expand',
  [TranslatableString.YesLabel]: 'yes',
  [TranslatableString.NoLabel]: 'no',
  [TranslatableString.NewStringDefault]: 'newValue',
  [TranslatableString.KeyLabel]: 'key',
  [TranslatableString.OptionPrefix]: 'option',
  [TranslatableString.TitleOptionPrefix]: 'titledOption',
  [TranslatableString.CycleDetected]: 'cycle',
  [TranslatableString.Type]: 'type',
  [TranslatableString.Value]: 'value',
  [TranslatableString.ArrayItemTitle]: 'item',
  [TranslatableString.ClearLabel]: 'clear',
  [TranslatableString.ClearButton]: 'clear',
}

function translate(t: TFunction, key: TranslatableString, params: string[] = []): string {
  const word = WORDS[key]
  if (!word) return englishStringTranslator(key, params)
  return t(`ui:schema.words.${word}`, { first: params[0] ?? '', second: params[1] ?? '' })
}

/** A schema that the form cannot draw must not take the page with it. */
class Guard extends Component<{ onBreak: () => void; children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override componentDidCatch() {
    this.props.onBreak()
  }

  override render() {
    return this.state.isBroken ? null : this.props.children
  }
}
