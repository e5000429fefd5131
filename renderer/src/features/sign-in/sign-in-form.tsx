import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SessionView } from '../../../../shared/account.ts'
import { backFrom, follow, post, Refused, rememberPlace, type Errand } from './door.ts'
import { EMAIL } from './checks.ts'
import { EmailField, PasswordField } from './fields.tsx'
import { DoorForm } from './form.tsx'
import styles from './sign-in.module.css'
import { useRefusal } from './use-refusal.ts'

type SignInFormProps = {
  session: SessionView
  errand: Errand
  /** Other ways in. */
  links: ReactNode
  /** The person has just set a new password, and is to use it. */
  isReset: boolean
}

/** The door of an instance with accounts. */
export function SignInForm({ session, errand, links, isReset }: SignInFormProps) {
  const { t } = useTranslation('sign-in')
  const inWords = useRefusal()
  const { oauthQuery } = errand
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (EMAIL.test(email.trim()) ? null : t('needsEmail')),
      password: (password) => (password === '' ? t('needsPassword') : null),
    },
  })
  const signIn = useMutation({
    mutationFn: ({ email, password }: typeof form.values) =>
      post('/api/auth/sign-in/email', {
        email: email.trim(),
        password,
        ...(oauthQuery !== null && { oauth_query: oauthQuery }),
      }),
    onSuccess: ({ url }) => follow(oauthQuery === null ? null : url),
  })
  const isWrong = signIn.error instanceof Refused && signIn.error.status === 401
  const failed = errand.hasFailed && signIn.isIdle ? t('providerFailed') : null
  return (
    <DoorForm
      title={t('signIn')}
      text={isReset ? t('reset.done') : oauthQuery !== null && t('forClient')}
      submit={t('signIn')}
      isBusy={signIn.isPending}
      problem={signIn.error ? inWords(signIn.error) : failed}
      onSubmit={form.onSubmit((values) => signIn.mutate(values))}
      others={
        <>
          {isWrong && <p className={styles.note}>{t('forgotten')}</p>}
          <Providers session={session} errand={errand} />
          {links}
        </>
      }
    >
      <EmailField autoFocus {...form.getInputProps('email')} />
      <PasswordField {...form.getInputProps('password')} />
    </DoorForm>
  )
}

function Providers({ session, errand }: Pick<SignInFormProps, 'session' | 'errand'>) {
  const { t } = useTranslation('sign-in')
  const inWords = useRefusal()
  const begin = useMutation({
    mutationFn: (providerId: string) =>
      post('/api/auth/sign-in/oauth2', { providerId, callbackURL: backFrom(errand) }),
    onMutate: rememberPlace,
    onSuccess: ({ url }) => follow(url),
  })
  return (
    <>
      {session.providers.map(({ id, name }) => (
        <Button
          key={id}
          loading={begin.isPending && begin.variables === id}
          onClick={() => begin.mutate(id)}
        >
          {t('signInWith', { name })}
        </Button>
      ))}
      {begin.error && <p role="alert">{inWords(begin.error)}</p>}
    </>
  )
}
