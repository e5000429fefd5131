import { Collapse, NativeSelect, NumberInput, Textarea, TextInput, Button } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { FoldedIcon, FoldedOutIcon } from '../../../ui/icons.ts'
import styles from '../pane.module.css'
import { SecretsField, SecretValue } from './secrets-field.tsx'
import type { Values } from './values.ts'

export type ServerForm = UseFormReturnType<Values>

type Text = 'name' | 'description' | 'command' | 'cwd' | 'url'

/** All that a server is made of. */
export function FormFields({ form, hasToken }: { form: ServerForm; hasToken: boolean }) {
  const { t } = useTranslation('servers')
  const text = (field: Text) => ({
    label: t(`form.${field}`),
    'data-field': field,
    spellCheck: false,
    ...form.getInputProps(field),
  })
  const isStdio = form.values.type === 'STDIO'
  return (
    <>
      <TextInput {...text('name')} withAsterisk />
      {isStdio ? (
        <StdioFields form={form} text={text} />
      ) : (
        <RemoteFields {...{ form, text, hasToken }} />
      )}
      <TextInput {...text('description')} spellCheck />
      <MoreFields form={form} />
    </>
  )
}

type PartProps = { form: ServerForm; text: (field: Text) => object }

function StdioFields({ form, text }: PartProps) {
  const { t } = useTranslation('servers')
  return (
    <>
      <TextInput {...text('command')} withAsterisk classNames={{ input: styles.mono ?? '' }} />
      <Textarea
        label={t('form.args')}
        description={t('form.argsHelp')}
        data-field="args"
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        classNames={{ input: styles.mono ?? '' }}
        {...form.getInputProps('args')}
      />
      <SecretsField {...secretsOf(form, 'env')} />
      <TextInput
        {...text('cwd')}
        placeholder={t('form.cwdNone')}
        classNames={{ input: styles.mono ?? '' }}
      />
    </>
  )
}

function RemoteFields({ form, text, hasToken }: PartProps & { hasToken: boolean }) {
  const { t } = useTranslation('servers')
  return (
    <>
      <TextInput {...text('url')} withAsterisk classNames={{ input: styles.mono ?? '' }} />
      <NativeSelect
        label={t('form.type')}
        data={[
          { value: 'STREAMABLE_HTTP', label: t('form.types.http') },
          { value: 'SSE', label: t('form.types.sse') },
        ]}
        {...form.getInputProps('type')}
      />
      <TokenField form={form} hasToken={hasToken} />
      <SecretsField {...secretsOf(form, 'headers')} />
    </>
  )
}

function TokenField({ form, hasToken }: { form: ServerForm; hasToken: boolean }) {
  const { t } = useTranslation('servers')
  const { bearerToken } = form.values
  const name = t('form.bearerToken')
  const isKept = bearerToken === undefined && hasToken
  const put = (value: string | null | undefined) => form.setFieldValue('bearerToken', value)
  return (
    <fieldset className={styles.secrets}>
      <legend>{name}</legend>
      <div className={styles.secret}>
        <SecretValue
          {...{ name, path: 'bearerToken', value: isKept ? null : (bearerToken ?? '') }}
          error={form.errors.bearerToken?.toString()}
          onChange={(value) => put(value === '' && !hasToken ? undefined : value)}
        />
        {isKept && (
          <Button size="compact-xs" onClick={() => put(null)}>
            {t('remove')}
          </Button>
        )}
        {hasToken && bearerToken !== undefined && (
          <Button size="compact-xs" onClick={() => put(undefined)}>
            {t('form.keep')}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

/** What hardly anybody changes. */
function MoreFields({ form }: { form: ServerForm }) {
  const { t } = useTranslation('servers')
  const [isOpen, { toggle }] = useDisclosure(false)
  const Icon = isOpen ? FoldedOutIcon : FoldedIcon
  const number = (field: 'idleConnections' | 'maxConnections') => ({
    label: t(`form.${field}`),
    allowDecimal: false,
    ...form.getInputProps(field),
  })
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        size="compact-xs"
        leftSection={<Icon size={14} />}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        {t('form.more')}
      </Button>
      <Collapse expanded={isOpen}>
        <div className={styles.two}>
          <NativeSelect
            label={t('form.start')}
            data={[
              { value: 'lazy', label: t('form.starts.lazy') },
              { value: 'eager', label: t('form.starts.eager') },
            ]}
            {...form.getInputProps('start')}
          />
          <NativeSelect
            label={t('form.isolation')}
            data={(['auto', 'shared', 'session'] as const).map((value) => {
              return { value, label: t(`form.isolations.${value}`) }
            })}
            {...form.getInputProps('isolation')}
          />
          <NumberInput
            label={t('form.startSeconds')}
            min={0.1}
            suffix={` ${t('form.s')}`}
            {...form.getInputProps('startSeconds')}
          />
          <NumberInput
            label={t('form.idleMinutes')}
            description={t('form.idleHelp')}
            min={0}
            suffix={` ${t('form.min')}`}
            {...form.getInputProps('idleMinutes')}
          />
          <NumberInput {...number('idleConnections')} min={0} max={10} />
          <NumberInput {...number('maxConnections')} min={1} max={1_000} />
        </div>
      </Collapse>
    </div>
  )
}

function secretsOf(form: ServerForm, field: 'env' | 'headers') {
  return {
    field,
    secrets: form.values[field],
    onChange: (secrets: Values['env']) => form.setFieldValue(field, secrets),
    errorAt: (path: string) => form.errors[path]?.toString(),
  }
}
