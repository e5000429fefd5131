import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { enter, post, Refused } from './door.ts'
import { TokenField } from './fields.tsx'
import { DoorForm } from './form.tsx'
import { useRefusal } from './use-refusal.ts'

/** For whoever runs the server: the admin token, for a cookie. */
export function TokenForm({ others }: { others?: ReactNode }) {
  const { t } = useTranslation('sign-in')
  const inWords = useRefusal()
  const [token, setToken] = useState('')
  const open = useMutation({
    mutationFn: () => post('/session', { token: token.trim() }),
    onSuccess: enter,
  })
  const isWrong = open.error instanceof Refused && open.error.status === 401
  return (
    <DoorForm
      title={t('product')}
      text={t('token.text')}
      submit={t('token.open')}
      isBusy={open.isPending}
      problem={open.error && !isWrong ? inWords(open.error) : null}
      onSubmit={(event) => {
        event?.preventDefault()
        if (token.trim() !== '') open.mutate()
      }}
      others={others}
    >
      <TokenField
        data-autofocus
        autoFocus
        value={token}
        error={isWrong ? t('token.wrong') : undefined}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
    </DoorForm>
  )
}
