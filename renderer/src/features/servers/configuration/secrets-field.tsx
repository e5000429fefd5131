import { ActionIcon, Button, PasswordInput, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CloseIcon } from '../../../ui/icons.ts'
import styles from '../pane.module.css'
import { newSecret, type Secret } from './values.ts'

type SecretsFieldProps = {
  field: 'env' | 'headers'
  secrets: Secret[]
  onChange: (secrets: Secret[]) => void
  errorAt: (path: string) => string | undefined
}

/** Names with values that never come back: each is kept, replaced, or removed. */
export function SecretsField({ field, secrets, onChange, errorAt }: SecretsFieldProps) {
  const { t } = useTranslation('servers')
  const put = (index: number, changed: Partial<Secret>) =>
    onChange(secrets.map((one, at) => (at === index ? { ...one, ...changed } : one)))
  const remove = (index: number) => onChange(secrets.filter((_, at) => at !== index))
  return (
    <fieldset className={styles.secrets}>
      <legend>{t(`form.${field}`)}</legend>
      {secrets.map((secret, index) => (
        <SecretRow
          key={secret.key}
          secret={secret}
          path={`${field}.${secret.name}`}
          error={errorAt(`${field}.${index}.name`) ?? errorAt(`${field}.${secret.name}`)}
          onChange={(changed) => put(index, changed)}
          onRemove={() => remove(index)}
        />
      ))}
      <span>
        <Button
          size="compact-xs"
          data-field={field}
          onClick={() => onChange([...secrets, newSecret()])}
        >
          {t(`form.${field}Add`)}
        </Button>
      </span>
    </fieldset>
  )
}

type SecretRowProps = {
  secret: Secret
  path: string
  error: string | undefined
  onChange: (changed: Partial<Secret>) => void
  onRemove: () => void
}

function SecretRow({ secret, path, error, onChange, onRemove }: SecretRowProps) {
  const { t } = useTranslation('servers')
  const { name, value, key } = secret
  const isNew = key !== name
  return (
    <div className={styles.secret}>
      {isNew ? (
        <TextInput
          className={styles.secretValue}
          aria-label={t('form.secretName')}
          placeholder={t('form.secretName')}
          value={name}
          error={error}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      ) : (
        <span className={styles.secretName} title={name} translate="no">
          {name}
        </span>
      )}
      <SecretValue
        {...{ name, value, path }}
        error={isNew ? undefined : error}
        onChange={(next) => onChange({ value: next })}
      />
      <ActionIcon aria-label={t('form.removeName', { name })} onClick={onRemove}>
        <CloseIcon size={14} />
      </ActionIcon>
    </div>
  )
}

type SecretValueProps = {
  name: string
  /** `null` keeps what is stored. */
  value: string | null
  path: string
  error?: string | undefined
  onChange: (value: string | null) => void
}

/** "Set", and the way to another; or the box for it. */
export function SecretValue({ name, value, path, error, onChange }: SecretValueProps) {
  const { t } = useTranslation('servers')
  if (value === null) {
    return (
      <>
        <span className={styles.note}>{t('form.set')}</span>
        <Button
          size="compact-xs"
          data-field={path}
          aria-label={t('form.replaceName', { name })}
          onClick={() => onChange('')}
        >
          {t('form.replace')}
        </Button>
      </>
    )
  }
  return (
    <PasswordInput
      className={styles.secretValue}
      data-field={path}
      aria-label={t('form.valueOf', { name })}
      placeholder={t('form.value')}
      autoComplete="off"
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
