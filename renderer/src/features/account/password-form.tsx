import { Button, PasswordInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { refusalOf } from '../../ui/refusal.ts'
import { tell, tellProblem } from '../../ui/undo.ts'
import styles from './account.module.css'

/** As `PASSWORD_LENGTH` of the accounts. */
const SHORTEST_PASSWORD = 10
const LONGEST_PASSWORD = 128

export function PasswordForm({ email }: { email: string }) {
  const { t } = useTranslation('account')
  const client = useTRPCClient()
  const form = useForm({
    initialValues: { current: '', next: '' },
    validate: {
      current: (current) => (current === '' ? t('needsPassword') : null),
      next(next) {
        if (next.length > LONGEST_PASSWORD) return t('longPassword')
        return next.length < SHORTEST_PASSWORD ? t('shortPassword') : null
      },
    },
  })
  const change = form.onSubmit(async (values) => {
    try {
      await client.accounts.changePassword.mutate(values)
    } catch (error) {
      if (refusalOf(error) !== 'BAD_REQUEST') return tellProblem(error, t('password'))
      return form.setFieldError('current', t('wrongPassword'))
    }
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
