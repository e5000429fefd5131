import { Button, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { offerUndo } from '../../ui/undo.ts'
import styles from './account.module.css'

/** What the person is called here. */
export function NameForm({ name: before }: { name: string }) {
  const { t } = useTranslation(['account', 'ui'])
  const client = useTRPCClient()
  const rename = (name: string) => client.accounts.rename.mutate({ name })
  const form = useForm({
    initialValues: { name: before },
    validate: { name: (name) => (name.trim() === '' ? t('needsName') : null) },
  })
  const save = form.onSubmit(async ({ name }) => {
    await doing(t('name'), async () => {
      await rename(name.trim())
      offerUndo({ message: t('renamed', { name: name.trim() }), undo: () => rename(before) })
    })
  })
  return (
    <form className={styles.line} noValidate onSubmit={save}>
      <TextInput
        className={styles.field}
        aria-label={t('name')}
        autoComplete="name"
        maxLength={64}
        {...form.getInputProps('name')}
      />
      {form.isDirty() && (
        <Button type="submit" variant="filled" loading={form.submitting}>
          {t('ui:save')}
        </Button>
      )}
    </form>
  )
}
