import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { SHORTEST_PASSWORD } from './checks.ts'
import { post } from './door.ts'
import { NewPasswordField } from './fields.tsx'
import { DoorForm } from './form.tsx'
import { useRefusal } from './use-refusal.ts'

type ResetFormProps = {
  /** Of the link that an administrator made. */
  reset: string
  /** The password is set, and the link is used up. */
  onDone: () => void
  links: ReactNode
}

/** For who forgot their password: another one, by a link. */
export function ResetForm({ reset, onDone, links }: ResetFormProps) {
  const { t } = useTranslation('sign-in')
  const inWords = useRefusal()
  const form = useForm({
    initialValues: { password: '' },
    validate: {
      password: (password) => (password.length < SHORTEST_PASSWORD ? t('shortPassword') : null),
    },
  })
  const set = useMutation({
    mutationFn: ({ password }: typeof form.values) =>
      post('/api/auth/reset-password', { token: reset, newPassword: password }),
    onSuccess() {
      // Nobody is to come back to a link that is used up.
      window.history.replaceState(null, '', `/sign-in${window.location.hash}`)
      onDone()
    },
  })
  return (
    <DoorForm
      title={t('reset.title')}
      text={t('reset.text')}
      submit={t('reset.set')}
      isBusy={set.isPending}
      problem={set.error ? inWords(set.error) : null}
      onSubmit={form.onSubmit((values) => set.mutate(values))}
      others={links}
    >
      <NewPasswordField autoFocus label={t('reset.password')} {...form.getInputProps('password')} />
    </DoorForm>
  )
}
