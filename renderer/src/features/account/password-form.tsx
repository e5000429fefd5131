import { Button, PasswordInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { tell } from '../../ui/undo.ts'
import styles from './account.module.css'

/** As `PASSWORD_LENGTH` of the accounts. */
const SHORTEST_PASSWORD = 10

export function PasswordForm({ email }: { email: string }) {
  const { t } = useTranslation('account')
  const client = useTRPCClient()
  const form = useForm({
    initialValues: { current: '', next: '' },
    validate: {
      current: (current) => (current === '' ? t('needsPassword') : null),
      next: (next) => (next.length < SHORTEST_PASSWORD ? t('shortPassword') : null),
    },
  })
  const change = form.onSubmit(async (values) => {
    const isDone = await doing(t('password'), () => client.accounts.changePassword.mutate(values))
    if (!isDone) return
    form.reset()
    tell(t('changed'))
  })
  return (
    <form className={styles.form} noValidate onSubmit={change}>
      {/* For programs that keep passwords: whose this one is. They pass over fields of type hidden. */}
      <input hidden type="text" name="username" autoComplete="username" value={email} readOnly />
      <PasswordInput
        className={styles.password}
        label={t('current')}
        autoComplete="current-password"
        {...form.getInputProps('current')}
      />
      <PasswordInput
        className={styles.password}
        label={t('next')}
        description={t('nextHelp')}
        autoComplete="new-password"
        {...form.getInputProps('next')}
      />
      <Button type="submit" loading={form.submitting}>
        {t('change')}
      </Button>
    </form>
  )
}
