import { Button, Text, Textarea, UnstyledButton } from '@mantine/core'
import {
  buttonId,
  canExpand,
  descriptionId,
  titleId,
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  type DescriptionFieldProps,
  type ObjectFieldTemplateProps,
  type TemplatesType,
  type TitleFieldProps,
} from '@rjsf/utils'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { AddIcon, FoldedIcon, FoldedOutIcon } from './icons.ts'
import styles from './schema-form.module.css'

/** More optional fields than these are folded away, below those that are needed or filled in. */
const MOST_OPTIONAL = 4

/** With `isWhole` all fields are seen at once. */
export type FormContext = { isWhole?: boolean }

function Title({ id, title, required }: TitleFieldProps) {
  return (
    <Text id={id} component="span" size="xs" fw={500} className={styles.title}>
      {title}
      {required && <span aria-hidden="true"> *</span>}
    </Text>
  )
}

function Description({ id, description }: DescriptionFieldProps) {
  if (!description) return null
  return (
    <Text id={id} component="div" size="xs" c="dimmed" className={styles.description}>
      {description}
    </Text>
  )
}

function ObjectFields(props: ObjectFieldTemplateProps) {
  const { fieldPathId, title, description, properties, registry, schema, uiSchema } = props
  const isRoot = fieldPathId.path.length === 0
  const { isWhole = false } = registry.formContext as FormContext
  const shown = properties.filter(({ hidden }) => !hidden)
  const { first, folded, isOpen } =
    isRoot && !isWhole ? fold(props) : { first: shown, folded: [], isOpen: false }
  const { AddButton } = registry.templates.ButtonTemplates
  const common = { schema, registry, ...(uiSchema && { uiSchema }) }
  const content = (
    <>
      {first.map(({ name, content: field }) => (
        <div key={name}>{field}</div>
      ))}
      <Folded count={folded.length} isOpen={isOpen}>
        {folded.map(({ name, content: field }) => (
          <div key={name}>{field}</div>
        ))}
      </Folded>
      {canExpand(schema, uiSchema, props.formData) && (
        <AddButton
          id={buttonId(fieldPathId, 'add')}
          disabled={props.disabled === true}
          onClick={props.onAddProperty}
          {...common}
        />
      )}
    </>
  )
  if (isRoot) return <div className={styles.fields}>{content}</div>
  return (
    <fieldset className={styles.nested} id={fieldPathId.$id}>
      {title && (
        <legend>
          <Title id={titleId(fieldPathId)} title={title} required={props.required} {...common} />
        </legend>
      )}
      {description && (
        <Description id={descriptionId(fieldPathId)} description={description} {...common} />
      )}
      <div className={styles.fields}>{content}</div>
    </fieldset>
  )
}

/** Which fields one sees at once: those needed, those with a value, and others if they are few. */
function fold({ properties, schema, formData }: ObjectFieldTemplateProps) {
  const shown = properties.filter(({ hidden }) => !hidden)
  const required = new Set(schema.required)
  const data = (formData ?? {}) as Record<string, unknown>
  const parts = schema.properties ?? {}
  const isFirst = (name: string) => {
    const part = parts[name]
    const hasDefault = typeof part === 'object' && part.default !== undefined
    return required.has(name) || hasDefault || !(name in parts)
  }
  const optional = shown.filter(({ name }) => !isFirst(name))
  if (optional.length <= MOST_OPTIONAL) return { first: shown, folded: [], isOpen: false }
  // What has a value is never hidden.
  const isOpen = optional.some(({ name }) => data[name] !== undefined)
  return { first: shown.filter(({ name }) => isFirst(name)), folded: optional, isOpen }
}

type FoldedProps = { count: number; isOpen: boolean; children: ReactNode }

function Folded({ count, isOpen: isOpenAtFirst, children }: FoldedProps) {
  const { t } = useTranslation('ui')
  const [isOpen, setOpen] = useState(isOpenAtFirst)
  if (count === 0) return null
  return (
    <>
      <UnstyledButton
        className={styles.fold}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? <FoldedOutIcon size={14} /> : <FoldedIcon size={14} />}
        {t('schema.optional', { count })}
      </UnstyledButton>
      {isOpen && children}
    </>
  )
}

function ArrayFields(props: ArrayFieldTemplateProps) {
  const { t } = useTranslation('ui')
  const { fieldPathId, title, schema, items, canAdd, onAddClick, registry, uiSchema } = props
  const common = { schema, registry, ...(uiSchema && { uiSchema }) }
  return (
    <fieldset className={styles.list} id={fieldPathId.$id}>
      <legend>
        <Title id={titleId(fieldPathId)} title={title} required={props.required} {...common} />
      </legend>
      {schema.description && (
        <Description id={descriptionId(fieldPathId)} description={schema.description} {...common} />
      )}
      {items}
      {(props.rawErrors ?? []).map((words) => (
        <Text key={words} size="xs" c="var(--bad)">
          {words}
        </Text>
      ))}
      {canAdd && (
        <Button
          id={buttonId(fieldPathId, 'add')}
          className={styles.add}
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={<AddIcon size={14} />}
          disabled={props.disabled === true}
          onClick={onAddClick}
        >
          {t('schema.addTo', { what: title })}
        </Button>
      )}
    </fieldset>
  )
}

function ArrayItem({ children, buttonsProps, hasToolbar, registry }: ArrayFieldItemTemplateProps) {
  const { ArrayFieldItemButtonsTemplate: Buttons } = registry.templates
  return (
    <div className={styles.item}>
      <div className={styles.itemContent}>{children}</div>
      {hasToolbar && (
        <span className={styles.itemButtons}>
          <Buttons {...buttonsProps} />
        </span>
      )}
    </div>
  )
}

/** Errors stand at their fields. */
function NoErrorList() {
  return null
}

/** In the place of the theme's own, whose headings are 18 px high and whose boxes stand in boxes. */
export const templates: Partial<TemplatesType> = {
  TitleFieldTemplate: Title,
  DescriptionFieldTemplate: Description,
  ObjectFieldTemplate: ObjectFields,
  ArrayFieldTemplate: ArrayFields,
  ArrayFieldItemTemplate: ArrayItem,
  ErrorListTemplate: NoErrorList,
}

export type JsonBoxProps = {
  label: string
  value: string
  onChange: (text: string) => void
  description?: string | undefined
  error?: ReactNode
  required?: boolean
  minRows?: number
}

/** JSON to write by hand. */
export function JsonBox({ value, onChange, minRows = 2, ...others }: JsonBoxProps) {
  return (
    <Textarea
      {...others}
      classNames={{ input: styles.json }}
      autosize
      minRows={minRows}
      maxRows={24}
      spellCheck={false}
      translate="no"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
