import { Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { NewField, NewRow } from '../../ui/new-row.tsx'
import { LONGEST_NAME, nameProblem } from './endpoint-name.tsx'

type NewEndpointProps = {
  taken: readonly string[]
  namespaces: readonly NamespaceSummary[]
  onMade: (id: string) => void
  onCancel: () => void
}

/** An endpoint to come. */
export function NewEndpoint({ taken, namespaces, onMade, onCancel }: NewEndpointProps) {
  const { t } = useTranslation('endpoints')
  const client = useTRPCClient()
  const form = useForm({
    initialValues: { name: '', namespaceId: namespaces[0]?.id ?? '' },
    validate: {
      name(name) {
        const problem = nameProblem(name.trim(), taken)
        return problem && t(problem, { name: name.trim() })
      },
      namespaceId: (id) => (id === '' ? t('needsNamespace') : null),
    },
  })
  const make = form.onSubmit(async ({ name, namespaceId }) => {
    await doing(name, async () => {
      const { id } = await client.endpoints.create.mutate({ name: name.trim(), namespaceId })
      onMade(id)
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
          autoFocus
          aria-label={t('columns.name')}
          placeholder={t('namePlaceholder')}
          maxLength={LONGEST_NAME}
          {...form.getInputProps('name')}
        />
      </NewField>
      <NewField>
        <Select
          aria-label={t('columns.namespace')}
          placeholder={t('columns.namespace')}
          data={namespaces.map(({ id, name }) => ({ value: id, label: name }))}
          allowDeselect={false}
          searchable={namespaces.length > 8}
          nothingFoundMessage={t('noNamespace')}
          {...form.getInputProps('namespaceId')}
        />
      </NewField>
    </NewRow>
  )
}
