import {
  Collapse,
  Button,
  NativeSelect,
  NumberInput,
  PasswordInput,
  Switch,
  TextInput,
  Textarea,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { NeededValue } from '../../../../shared/add-server.ts'
import styles from './add-server.module.css'

type NeededValuesProps = {
  needs: readonly NeededValue[]
  values: Record<string, string>
  onChange: (values: Record<string, string>) => void
}

/** The values that a server takes: those it cannot do without first, the others folded. */
export function NeededValues({ needs, values, onChange }: NeededValuesProps) {
  const { t } = useTranslation('add-server')
  const [isOpen, { toggle }] = useDisclosure(false)
  const required = needs.filter((need) => need.required)
  const optional = needs.filter((need) => !need.required)
  const field = (need: NeededValue) => (
    <Field
      key={need.id}
      need={need}
      value={values[need.id] ?? need.default ?? ''}
      onChange={(value) => onChange({ ...values, [need.id]: value })}
    />
  )
  if (needs.length === 0) return null
  return (
    <div className={styles.needs}>
      {required.map(field)}
      {optional.length > 0 && (
        <>
          <div>
            <Button variant="subtle" color="gray" aria-expanded={isOpen} onClick={toggle}>
              {t('optional', { count: optional.length })}
            </Button>
          </div>
          <Collapse expanded={isOpen}>
            <div className={styles.needs}>{optional.map(field)}</div>
          </Collapse>
        </>
      )}
    </div>
  )
}

type FieldProps = { need: NeededValue; value: string; onChange: (value: string) => void }

function Field({ need, value, onChange }: FieldProps) {
  const { t } = useTranslation('add-server')
  const { name, description, required, choices, kind, secret } = need
  const common = {
    label: name,
    description: description === '' || description === name ? undefined : description,
    placeholder: required ? t('needsValue') : t('mayBeEmpty'),
    required,
    withAsterisk: false,
    autoComplete: 'off',
  }
  const onText = (event: { currentTarget: { value: string } }) =>
    onChange(event.currentTarget.value)
  if (choices) {
    const data = value === '' ? [{ value: '', label: '–' }, ...choices] : choices
    return <NativeSelect {...common} data={data} value={value} onChange={onText} />
  }
  if (kind === 'boolean') {
    return (
      <Switch
        label={name}
        description={common.description}
        checked={value === 'true'}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    )
  }
  if (secret) return <PasswordInput {...common} value={value} onChange={onText} />
  if (kind === 'number') {
    return <NumberInput {...common} value={value} onChange={(one) => onChange(String(one))} />
  }
  if (value.includes('\n')) {
    return <Textarea {...common} autosize maxRows={4} value={value} onChange={onText} />
  }
  return <TextInput {...common} spellCheck={false} value={value} onChange={onText} />
}
