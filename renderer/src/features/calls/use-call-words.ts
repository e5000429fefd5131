import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { LoggedCall } from '../../../../shared/calls.ts'
import { useTRPC } from '../../trpc.ts'

/** How one says what a call was. */
export function useCallWords() {
  const { t } = useTranslation('calls')
  const keys = useQuery(useTRPC().apiKeys.list.queryOptions()).data
  return {
    client: ({ clientLabel }: Pick<LoggedCall, 'clientLabel'>) => clientLabel ?? t('nameless'),
    name: ({ name, method }: Pick<LoggedCall, 'name' | 'method'>) => name ?? method,
    /** `null` for what went well. */
    outcome({ outcome, error }: Pick<LoggedCall, 'outcome' | 'error'>): string | null {
      if (outcome === 'ok') return null
      if (outcome === 'cancelled') return t('outcome.cancelled')
      return error?.split('\n', 1)[0] ?? t('outcome.failed')
    },
    caller(caller: string): string {
      const [kind, id] = caller.split(':')
      if (kind === 'api-key') {
        const name = keys?.find((key) => key.id === id)?.name
        return name === undefined ? t('caller.keyGone') : t('caller.key', { name })
      }
      if (kind === 'account' || kind === 'client' || kind === 'local') return t(`caller.${kind}`)
      return t('caller.anyone')
    },
  }
}

export function hasFailed({ outcome }: Pick<LoggedCall, 'outcome'>): boolean {
  return outcome !== 'ok' && outcome !== 'cancelled'
}
