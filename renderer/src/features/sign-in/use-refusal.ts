import { useTranslation } from 'react-i18next'
import { Refused } from './door.ts'

const MINUTE_S = 60

/** Says why somebody was not let in, in words. */
export function useRefusal(): (error: unknown) => string {
  const { t } = useTranslation('sign-in')
  return (error) => {
    if (!(error instanceof Refused)) return t('unreachable')
    const { status, code, retryAfter, message } = error
    if (status === 429) return tooMany(retryAfter)
    if (status === 0 || (status >= 500 && code !== 'PROVIDER')) return t('unreachable')
    if (code === 'PASSWORD_TOO_SHORT') return t('shortPassword')
    if (code === 'PASSWORD_TOO_LONG') return t('longPassword')
    if (code === 'INVALID_TOKEN' || code === 'USER_NOT_FOUND') return t('reset.stale')
    if (code === 'INVALID_EMAIL') return t('needsEmail')
    if (code?.startsWith('USER_ALREADY_EXISTS')) return t('taken')
    if (code === 'PROVIDER') return t('providerSilent')
    if (status === 401) return t('wrong')
    return message || t('unreachable')
  }

  function tooMany(seconds: number | null): string {
    if (seconds === null) return t('tooMany')
    return seconds < MINUTE_S
      ? t('againInSeconds', { count: seconds })
      : t('againInMinutes', { count: Math.ceil(seconds / MINUTE_S) })
  }
}
