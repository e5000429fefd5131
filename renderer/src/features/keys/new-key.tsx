import { Button, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'
import styles from './keys.module.css'
import { ScopeField, type Scope } from './scope-field.tsx'

const LONGEST_NAME = 64

export type MadeKey = { id: string; name: string; key: string }

type NewKeyProps = {
  taken: readonly string[]
  endpoints: readonly { id: string; name: string }[]
  onMade: (made: MadeKey) => void
  onCancel: () => void
}

/** A key to come, as the first row of the table: Enter makes it, Escape does not. */
export function NewKey({ taken, endpoints, onMade, onCancel }: NewKeyProps) {
  const { t } = useTranslation(['keys', 'ui'])
  const client = useTRPCClient()
  const form = useForm<{ name: string; scope: Scope }>({
    initialValues: { name: '', scope: 'all' },
    validateInputOnBlur: ['scope'],
    validate: {
      name: (name) => {
        if (name.trim() === '') return t('needsName')
        return taken.includes(name.trim()) ? t('taken', { name: name.trim() }) : null
      },
      scope: (scope) => (scope.length === 0 ? t('needsEndpoint') : null),
    },
  })
  const make = form.onSubmit(async ({ name, scope }) => {
    try {
      const { apiKey, key } = await client.apiKeys.create.mutate({ name, endpoints: scope })
      onMade({ id: apiKey.id, name: apiKey.name, key })
    } catch (error) {
      tellProblem(error, name)
    }
  })
  return (
    <form
      className={styles.newKey}
      aria-label={t('new')}
      noValidate
      onSubmit={make}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onCancel()
      }}
    >
      <TextInput
        data-autofocus
        autoFocus
        className={styles.newName}
        aria-label={t('columns.name')}
        placeholder={t('namePlaceholder')}
        maxLength={LONGEST_NAME}
        {...form.getInputProps('name')}
      />
      <div className={styles.newScope}>
        <ScopeField
          label={t('columns.endpoints')}
          value={form.values.scope}
          endpoints={endpoints}
          error={form.errors.scope as string | undefined}
          onChange={(scope) => form.setFieldValue('scope', scope)}
        />
      </div>
      <Button type="submit" variant="filled" loading={form.submitting}>
        {t('make')}
      </Button>
      <Button onClick={onCancel}>{t('ui:cancel')}</Button>
    </form>
  )
}
