import { Button, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useTRPCClient } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'
import { nameProblem } from './endpoint-name.tsx'
import styles from './endpoints.module.css'

type NewEndpointProps = {
  taken: readonly string[]
  namespaces: readonly NamespaceSummary[]
  onMade: (id: string) => void
  onCancel: () => void
}

/** An endpoint to come, as the first row of the table: Enter makes it, Escape does not. */
export function NewEndpoint({ taken, namespaces, onMade, onCancel }: NewEndpointProps) {
  const { t } = useTranslation(['endpoints', 'ui'])
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
    try {
      const { id } = await client.endpoints.create.mutate({ name: name.trim(), namespaceId })
      onMade(id)
    } catch (error) {
      tellProblem(error, name)
    }
  })
  return (
    <form
      className={styles.newEndpoint}
      aria-label={t('new')}
      noValidate
      onSubmit={make}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onCancel()
      }}
    >
      <TextInput
        autoFocus
        className={styles.newName}
        aria-label={t('columns.name')}
        placeholder={t('namePlaceholder')}
        maxLength={64}
        {...form.getInputProps('name')}
      />
      <Select
        className={styles.newNamespace}
        aria-label={t('columns.namespace')}
        placeholder={t('columns.namespace')}
        data={namespaces.map(({ id, name }) => ({ value: id, label: name }))}
        allowDeselect={false}
        searchable={namespaces.length > 8}
        nothingFoundMessage={t('noNamespace')}
        {...form.getInputProps('namespaceId')}
      />
      <Button type="submit" variant="filled" loading={form.submitting}>
        {t('make')}
      </Button>
      <Button onClick={onCancel}>{t('ui:cancel')}</Button>
    </form>
  )
}
