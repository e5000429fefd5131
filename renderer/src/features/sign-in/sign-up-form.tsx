import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SessionView } from '../../../../shared/account.ts'
import { EMAIL, SHORTEST_PASSWORD } from './checks.ts'
import { follow, post, Refused, type Errand } from './door.ts'
import { EmailField, NeededField, NewPasswordField, TokenField } from './fields.tsx'
import { DoorForm } from './form.tsx'
import { useRefusal } from './use-refusal.ts'

type SignUpFormProps = { session: SessionView; errand: Errand; links: ReactNode }

/** An account to come: the first of all, by invitation, or where everybody may. */
export function SignUpForm({ session, errand, links }: SignUpFormProps) {
  const { t } = useTranslation('sign-in')
  const inWords = useSignUpRefusal({ session, errand })
  const { firstAccount: isFirst, firstAccountNeedsToken: needsToken } = session
  const form = useSignUpForm(needsToken)
  const signUp = useMutation({
    mutationFn: (values: typeof form.values) => send(values, errand, needsToken),
    onSuccess: ({ url }) => follow(errand.oauthQuery === null ? null : url),
  })
  return (
    <DoorForm
      title={isFirst ? t('first.title') : t('signUp')}
      text={isFirst ? t('first.text') : errand.invitation !== null && t('invited')}
      submit={t('signUp')}
      isBusy={signUp.isPending}
      problem={signUp.error ? inWords(signUp.error) : null}
      onSubmit={form.onSubmit((values) => signUp.mutate(values))}
      others={links}
    >
      <NeededField
        autoFocus
        autoComplete="name"
        maxLength={64}
        label={t('name')}
        {...form.getInputProps('name')}
      />
      <EmailField {...form.getInputProps('email')} />
      <NewPasswordField {...form.getInputProps('password')} />
      {needsToken && (
        <TokenField description={t('first.tokenHelp')} {...form.getInputProps('token')} />
      )}
    </DoorForm>
  )
}

/** Who may make an account is known here, and with it why somebody may not. */
function useSignUpRefusal({ session, errand }: Pick<SignUpFormProps, 'session' | 'errand'>) {
  const { t } = useTranslation('sign-in')
  const inWords = useRefusal()
  return (error: unknown): string => {
    const isRefused = error instanceof Refused && error.code === 'SIGN_UP_REFUSED'
    if (!isRefused) return inWords(error)
    if (session.firstAccount) return t('token.wrong')
    return t(errand.invitation === null ? 'signUpRefused' : 'invitationStale')
  }
}

function useSignUpForm(needsToken: boolean) {
  const { t } = useTranslation('sign-in')
  return useForm({
    initialValues: { name: '', email: '', password: '', token: '' },
    validate: {
      name: (name) => (name.trim() === '' ? t('needsName') : null),
      email: (email) => (EMAIL.test(email.trim()) ? null : t('needsEmail')),
      password: (password) => (password.length < SHORTEST_PASSWORD ? t('shortPassword') : null),
      token: (token) => (needsToken && token.trim() === '' ? t('needsToken') : null),
    },
  })
}

type Values = { name: string; email: string; password: string; token: string }

function send({ name, email, password, token }: Values, errand: Errand, needsToken: boolean) {
  const { invitation, oauthQuery } = errand
  return post(
    '/api/auth/sign-up/email',
    {
      ...{ name: name.trim(), email: email.trim(), password },
      ...(invitation !== null && { invitation }),
      ...(oauthQuery !== null && { oauth_query: oauthQuery }),
    },
    needsToken ? { 'x-api-key': token.trim() } : {},
  )
}
