import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { IdentityProviderView } from '../../../../shared/account.ts'
import { useTRPCClient } from '../../trpc.ts'
import { Machine } from '../../ui/machine.tsx'
import { refusalOf } from '../../ui/refusal.ts'
import { tellProblem } from '../../ui/undo.ts'
import styles from './accounts.module.css'

/** As `identityProviderInput` has it. */
const ID = /^[a-z0-9][a-z0-9-]{0,31}$/

type ProviderFormProps = {
  /** `null` for one to come. */
  provider: IdentityProviderView | null
  taken: readonly string[]
  onDone: (id: string) => void
  onCancel: () => void
}

/** A provider: who it is, as whom we come to it, and where it sends people back to. */
export function ProviderForm({ provider, taken, onDone, onCancel }: ProviderFormProps) {
  const { t } = useTranslation(['accounts', 'ui'])
  const form = useProviderForm(provider, taken)
  const save = useSaving(form, onDone)
  const { id } = form.values
  const back = `${window.location.origin}/api/auth/callback/${id}`
  return (
    <form className={styles.pane} noValidate onSubmit={save}>
      <h2 className={styles.paneTitle}>{provider?.name ?? t('providers.new')}</h2>
      <TextInput
        autoFocus={provider === null}
        label={t('columns.name')}
        placeholder={t('providers.namePlaceholder')}
        {...form.getInputProps('name')}
      />
      {provider === null && (
        <TextInput
          label={t('providers.id')}
          description={t('providers.idHelp')}
          {...form.getInputProps('id')}
        />
      )}
      <TextInput
        label={t('providers.issuer')}
        description={t('providers.issuerHelp')}
        {...form.getInputProps('issuer')}
      />
      <TextInput label={t('providers.clientId')} {...form.getInputProps('clientId')} />
      <PasswordInput
        autoComplete="off"
        label={t('providers.clientSecret')}
        description={provider?.hasClientSecret ? t('providers.secretKept') : undefined}
        {...form.getInputProps('clientSecret')}
      />
      {ID.test(id) && (
        <div>
          <p className={styles.back}>{t('providers.back')}</p>
          <Machine text={back} label={t('providers.backWhat')} />
        </div>
      )}
      <div className={styles.buttons}>
        <Button
          type="submit"
          // Beside one that is there, the button that adds another is filled.
          variant={provider === null ? 'filled' : 'default'}
          loading={form.submitting}
        >
          {t('ui:save')}
        </Button>
        <Button onClick={onCancel}>{t('ui:cancel')}</Button>
      </div>
    </form>
  )
}

type Form = ReturnType<typeof useProviderForm>

function useSaving(form: Form, onDone: ProviderFormProps['onDone']) {
  const { t } = useTranslation('accounts')
  const client = useTRPCClient()
  return form.onSubmit(async ({ clientSecret, ...values }) => {
    const secret = clientSecret === '' ? {} : { clientSecret }
    try {
      await client.accounts.putProvider.mutate({ ...values, ...secret })
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === 'BAD_REQUEST')
        return form.setFieldError('issuer', t('providers.unsafeIssuer'))
      // What does not answer is kept all the same, and told.
      const isKept = refusal === 'SERVICE_UNAVAILABLE'
      tellProblem(isKept ? t('providers.silent') : error, values.name)
      if (!isKept) return
    }
    onDone(values.id)
  })
}

function useProviderForm(provider: IdentityProviderView | null, taken: readonly string[]) {
  const { t } = useTranslation('accounts')
  const { id = '', name = '', issuer = '', clientId = '' } = provider ?? {}
  return useForm({
    initialValues: { id, name, issuer, clientId, clientSecret: '' },
    validate: {
      id(value) {
        if (!ID.test(value)) return t('providers.wrongId')
        return provider === null && taken.includes(value) ? t('providers.taken') : null
      },
      name: (value) => (value.trim() === '' ? t('needsName') : null),
      issuer: (value) => (/^https?:\/\/[^\s]+$/.test(value) ? null : t('providers.wrongIssuer')),
      clientId: (value) => (value === '' ? t('providers.needsClientId') : null),
    },
  })
}
