import { useForm } from '@mantine/form'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../ui/problem.tsx'
import styles from '../pane.module.css'
import { useAddress } from '../use-address.ts'
import { checkValues } from './checks.ts'
import { configOf, patchOf } from './config.ts'
import { draftOf, keepDraft } from './drafts.ts'
import { SaveBar, type EditorProps } from './editor.tsx'
import { FormFields } from './form-fields.tsx'
import { useSave, type Issue } from './use-save.ts'
import { configFrom, valuesOf, type Values } from './values.ts'

export function FormEditor({ server, carried, onDone, switcher }: EditorProps) {
  const { t } = useTranslation('servers')
  const before = configOf(server)
  const draft = draftOf(server.id)
  const form = useForm<Values>({
    initialValues: draft?.mode === 'form' && !carried ? draft.values : valuesOf(carried ?? before),
    validate: (values) => textsOf(checkValues(values), t),
    validateInputOnBlur: true,
  })
  const { save, isPending, issues } = useSave(server)
  const config = configFrom(form.values, carried ?? before)
  const isDirty = patchOf(before, config) !== null
  const box = useRef<HTMLFormElement>(null)
  useFieldFocus(box)
  const values = form.values
  const isOver = useRef(false)
  useEffect(() => {
    if (!isOver.current) keepDraft(server.id, isDirty ? { mode: 'form', values } : null)
  })

  const submit = form.onSubmit(
    async () => {
      const found = await save(config)
      form.setErrors(errorsOf(found, form.values))
      if (found.length === 0) {
        // What comes next is a new form, with what is stored now.
        isOver.current = true
        keepDraft(server.id, null)
        onDone()
      }
    },
    () => focusFirstError(box.current),
  )
  const discard = () => {
    keepDraft(server.id, null)
    form.setValues(valuesOf(before))
    form.clearErrors()
    onDone()
  }
  const general = issues.filter(({ path }) => path === '')
  return (
    <form ref={box} className={styles.form} onSubmit={submit} noValidate>
      {switcher(() => config)}
      <FormFields form={form} hasToken={server.hasBearerToken === true} />
      {general.map(({ message }) => (
        <Problem key={message} title={t('form.refused')} text={message} />
      ))}
      <SaveBar
        {...{ server, isDirty, isPending }}
        onSave={() => box.current?.requestSubmit()}
        onDiscard={discard}
      />
    </form>
  )
}

/** Goes to the field that the address names, once. */
function useFieldFocus(box: React.RefObject<HTMLFormElement | null>): void {
  const { search, go } = useAddress()
  const { focus } = search
  useEffect(() => {
    if (focus === undefined) return
    // `args[2]` is a line of the field `args`.
    const field = focus.replace(/\[\d+\]$/, '')
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[data-field]') ?? [])]
    const found = all.find((one) => one.dataset.field === field)
    // A secret that is set has a button first: what it opens is the field.
    if (found instanceof HTMLButtonElement) found.click()
    const later = requestAnimationFrame(() => {
      const target = box.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"]`)
      target?.scrollIntoView({ block: 'center' })
      target?.focus()
      if (target instanceof HTMLInputElement) target.select()
      go({ focus: undefined })
    })
    return () => cancelAnimationFrame(later)
  }, [focus, go, box])
}

function focusFirstError(box: HTMLElement | null): void {
  requestAnimationFrame(() => box?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
}

/** The core's paths are those of the definition; the form's are its own. */
function errorsOf(issues: readonly Issue[], values: Values): Record<string, string> {
  const own: Record<string, string> = { idleMs: 'idleMinutes', startTimeoutMs: 'startSeconds' }
  const known = Object.keys(values)
  const pathOf = (path: string) => {
    const [first = ''] = path.split('.')
    if (own[first]) return own[first]
    return first === 'env' || first === 'headers' ? path : known.includes(first) ? first : ''
  }
  return Object.fromEntries(issues.map(({ path, message }) => [pathOf(path), message]))
}

function textsOf(checks: ReturnType<typeof checkValues>, t: (key: string) => string) {
  return Object.fromEntries(
    Object.entries(checks).map(([field, check]) => [field, t(`form.checks.${check}`)]),
  )
}
