import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './entrance.module.css'

/** The door of a headless server's window: whoever has the admin token gets a cookie for it. */
export function TokenPage({ onEntered }: { onEntered: () => void }) {
  const { t } = useTranslation('shell')
  const [token, setToken] = useState('')
  const enter = useMutation({ mutationFn: sendToken, onSuccess: onEntered })
  return (
    <main className={styles.centred}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          enter.mutate(token.trim())
        }}
      >
        <h1 className={styles.title}>MetaMCP</h1>
        <p className={styles.text}>{t('token.text')}</p>
        <PasswordInput
          data-autofocus
          autoFocus
          required
          label={t('token.label')}
          value={token}
          error={enter.error ? t(`token.${enter.error.message}`) : undefined}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="filled"
          loading={enter.isPending}
          disabled={token.trim() === ''}
        >
          {t('token.enter')}
        </Button>
      </form>
    </main>
  )
}

/** Rejects with the name of the reason. */
async function sendToken(token: string): Promise<void> {
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => null)
  if (response?.ok) return
  if (response?.status === 429) throw new Error('tooMany')
  throw new Error(response?.status === 401 ? 'refused' : 'unreachable')
}
