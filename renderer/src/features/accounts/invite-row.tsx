import { Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { AccountRole } from '../../../../shared/account.ts'
import { useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { NewField, NewRow } from '../../ui/new-row.tsx'
import { useSignUp } from './use-people.ts'

const EMAIL = /^[^\s@]+@[^\s@]+$/
const ROLES = ['member', 'admin'] as const

type InviteRowProps = {
  taken: readonly string[]
  /** `url` is told this once. */
  onInvited: (invited: { email: string; url: string }) => void
  onCancel: () => void
}

/** An invitation to come: for whom, and as what. */
export function InviteRow({ taken, onInvited, onCancel }: InviteRowProps) {
  const { t } = useTranslation('accounts')
  const client = useTRPCClient()
  const { mode } = useSignUp()
  const form = useForm<{ email: string; role: AccountRole }>({
    initialValues: { email: '', role: 'member' },
    validate: {
      email(email) {
        if (!EMAIL.test(email.trim())) return t('needsEmail')
        return taken.includes(email.trim().toLowerCase()) ? t('taken') : null
      },
    },
  })
  const invite = form.onSubmit(async ({ email, role }) => {
    const input = { email: email.trim(), role }
    const invited = async () => {
      const { invitation, url } = await client.accounts.invite.mutate(input)
      onInvited({ email: invitation.email, url })
    }
    await doing(email, invited, { CONFLICT: t(mode === 'closed' ? 'inviteClosed' : 'taken') })
  })
  return (
    <NewRow
      label={t('new')}
      make={t('makeLink')}
      isMaking={form.submitting}
      onSubmit={invite}
      onCancel={onCancel}
    >
      <NewField>
        <TextInput
          autoFocus
          type="email"
          aria-label={t('columns.email')}
          placeholder={t('emailPlaceholder')}
          {...form.getInputProps('email')}
        />
      </NewField>
      <NewField>
        <Select
          aria-label={t('columns.role')}
          data={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))}
          allowDeselect={false}
          {...form.getInputProps('role')}
        />
      </NewField>
    </NewRow>
  )
}
