import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { NewField, NewRow } from '../../ui/new-row.tsx'
import { endAfter, ExpiryField } from './expiry.tsx'
import { ScopeField, type Scope } from './scope-field.tsx'

export const LONGEST_NAME = 64

export type MadeKey = { id: string; name: string; key: string }

type NewKeyProps = {
  taken: readonly string[]
  endpoints: readonly { id: string; name: string }[]
  onMade: (made: MadeKey) => void
  onCancel: () => void
}

/** A key to come. */
export function NewKey({ taken, endpoints, onMade, onCancel }: NewKeyProps) {
  const { t } = useTranslation('keys')
  const client = useTRPCClient()
  const form = useForm<{ name: string; scope: Scope; days: number }>({
    initialValues: { name: '', scope: 'all', days: 0 },
    validateInputOnBlur: ['scope'],
    validate: {
      name: (name) => {
        if (name.trim() === '') return t('needsName')
        return taken.includes(name.trim()) ? t('taken', { name: name.trim() }) : null
      },
      scope: (scope) => (scope.length === 0 ? t('needsEndpoint') : null),
    },
  })
  const make = form.onSubmit(async ({ name, scope, days }) => {
    await doing(name, async () => {
      const input = { name, endpoints: scope, expiresAt: endAfter(days) }
      const { apiKey, key } = await client.apiKeys.create.mutate(input)
      onMade({ id: apiKey.id, name: apiKey.name, key })
    })
  })
  return (
    <NewRow
      label={t('new')}
      make={t('make')}
      isMaking={form.submitting}
      onSubmit={make}
      onCancel={onCancel}
    >
      <NewField>
        <TextInput
          data-autofocus
          autoFocus
          aria-label={t('columns.name')}
          placeholder={t('namePlaceholder')}
          maxLength={LONGEST_NAME}
          {...form.getInputProps('name')}
        />
      </NewField>
      <NewField>
        <ScopeField
          label={t('columns.endpoints')}
          value={form.values.scope}
          endpoints={endpoints}
          error={form.errors.scope as string | undefined}
          onChange={(scope) => form.setFieldValue('scope', scope)}
        />
      </NewField>
      <NewField>
        <ExpiryField
          days={form.values.days}
          onChange={(days) => form.setFieldValue('days', days)}
        />
      </NewField>
    </NewRow>
  )
}
