import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SessionView } from '../../../../shared/account.ts'
import { backFrom, follow, post, rememberPlace, type Errand } from './door.ts'
import { EMAIL } from './checks.ts'
import { DoorForm } from './form.tsx'
import { useRefusal } from './use-refusal.ts'

type SignInFormProps = {
  session: SessionView
  errand: Errand
  /** Other ways in. */
  links: ReactNode
}

/** The door of an instance with accounts. */
export function SignInForm({ session, errand, links }: SignInFormProps) {
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
  const failed = errand.hasFailed && signIn.isIdle ? t('providerFailed') : null
  return (
    <DoorForm
      title={t('signIn')}
      {...(oauthQuery !== null && { text: t('forClient') })}
      submit={t('signIn')}
      isBusy={signIn.isPending}
      problem={signIn.error ? inWords(signIn.error) : failed}
      onSubmit={form.onSubmit((values) => signIn.mutate(values))}
      others={
        <>
          <Providers session={session} errand={errand} />
          {links}
        </>
      }
    >
      <TextInput
        autoFocus
        required
        withAsterisk={false}
        type="email"
        autoComplete="username"
        label={t('email')}
        {...form.getInputProps('email')}
      />
      <PasswordInput
        required
        withAsterisk={false}
        autoComplete="current-password"
        label={t('password')}
        {...form.getInputProps('password')}
      />
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
