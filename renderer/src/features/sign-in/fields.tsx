import { PasswordInput, TextInput, type TextInputProps } from '@mantine/core'
import type { PasswordInputProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** All that the door asks for is needed: a star at each would say nothing. */
const NEEDED = { required: true, withAsterisk: false } as const

export function NeededField(props: TextInputProps) {
  return <TextInput {...NEEDED} {...props} />
}

/** For programs that keep passwords, the address is the name of whoever signs in. */
export function EmailField(props: TextInputProps) {
  const { t } = useTranslation('sign-in')
  return <NeededField type="email" autoComplete="username" label={t('email')} {...props} />
}

/** A password that there is already; nothing else is said of it. */
export function PasswordField(props: PasswordInputProps) {
  const { t } = useTranslation('sign-in')
  const field = { label: t('password'), autoComplete: 'current-password', ...NEEDED }
  return <PasswordInput {...field} {...props} />
}

/** A password to come. */
export function NewPasswordField(props: PasswordInputProps) {
  const { t } = useTranslation('sign-in')
  return <PasswordField autoComplete="new-password" description={t('passwordHelp')} {...props} />
}

/** The admin token is no person's: no program is to keep it as if it were. */
export function TokenField(props: PasswordInputProps) {
  const { t } = useTranslation('sign-in')
  return <PasswordField label={t('token.label')} autoComplete="off" {...props} />
}
