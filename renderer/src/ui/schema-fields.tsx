import { Checkbox, Textarea } from '@mantine/core'
import { getDefaultRegistry } from '@rjsf/core'
import {
  ariaDescribedByIds,
  labelValue,
  type FieldProps,
  type RegistryFieldsType,
  type RegistryWidgetsType,
  type WidgetProps,
} from '@rjsf/utils'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './schema-form.module.css'
import { FREE } from './schema-simple.ts'
import { JsonBox } from './schema-templates.tsx'

const { ObjectField: KnownObject } = getDefaultRegistry().fields

/** An object by its fields; what may be anything is written as JSON. */
function ObjectField(props: FieldProps) {
  const isFree = (props.schema as Record<string, unknown>)[FREE] === true
  if (isFree) return <FreeField {...props} />
  return KnownObject ? <KnownObject {...props} /> : null
}

function FreeField({
  schema,
  name,
  formData,
  onChange,
  fieldPathId,
  rawErrors,
  ...props
}: FieldProps) {
  const { t } = useTranslation('ui')
  const [text, setText] = useState(() => textOf(formData))
  const [isBroken, setBroken] = useState(false)
  const change = (next: string) => {
    setText(next)
    const read = readJson(next)
    setBroken(read === null)
    if (read) onChange(read.value, fieldPathId.path)
  }
  return (
    <JsonBox
      label={schema.title ?? name}
      description={schema.description}
      required={props.required === true}
      value={text}
      onChange={change}
      error={isBroken ? t('schema.notJson') : rawErrors?.join('\n')}
    />
  )
}

function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2)
}

/** Nothing written is no value. */
function readJson(text: string): { value: unknown } | null {
  if (text.trim() === '') return { value: undefined }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

/** Numbers keep the theme's own; a text has a box that grows with its lines. */
function InputField(props: WidgetProps) {
  const { BaseInputTemplate } = props.registry.templates
  const isText = props.schema.type === 'string' || props.schema.type === undefined
  return isText ? <TextField {...props} /> : <BaseInputTemplate {...props} />
}

function TextField(props: WidgetProps) {
  const { id, htmlName, label, schema, options, value, onChange, rawErrors } = props
  // An entry of a list is under the name of the list.
  const hideLabel = props.hideLabel === true || /_\d+$/.test(id)
  const words: unknown = options.description ?? schema.description
  const error = rawErrors && rawErrors.length > 0 ? rawErrors.join('\n') : undefined
  return (
    <Textarea
      id={id}
      name={htmlName ?? id}
      label={labelValue(label || undefined, hideLabel, false)}
      aria-label={hideLabel ? label : undefined}
      description={hideLabel ? undefined : (words as string | undefined)}
      required={props.required === true}
      disabled={props.disabled === true || props.readonly === true}
      classNames={{ input: styles.text }}
      autosize
      minRows={1}
      maxRows={12}
      value={typeof value === 'string' ? value : ''}
      placeholder={props.placeholder || undefined}
      error={error}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => onChange(event.currentTarget.value || options.emptyValue)}
    />
  )
}

/** What it means stands below its name, as everywhere else. */
function CheckField(props: WidgetProps) {
  const { id, htmlName, label, schema, options, value, onChange, rawErrors } = props
  const words: unknown = options.description ?? schema.description
  return (
    <Checkbox
      id={id}
      name={htmlName ?? id}
      label={labelValue(label || undefined, props.hideLabel === true, false)}
      description={words as string | undefined}
      required={props.required === true}
      disabled={props.disabled === true || props.readonly === true}
      checked={value === true}
      error={rawErrors && rawErrors.length > 0 ? rawErrors.join('\n') : undefined}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  )
}

export const fields: RegistryFieldsType = { ObjectField }
export const widgets: RegistryWidgetsType = {
  TextWidget: InputField,
  TextareaWidget: TextField,
  CheckboxWidget: CheckField,
}
