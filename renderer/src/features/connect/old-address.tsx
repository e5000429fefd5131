import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { useTRPC } from '../../trpc.ts'
import { tell, tellProblem } from '../../ui/undo.ts'
import styles from './connect.module.css'

/** Clients that we wrote, and that lead to the address we had before: all are corrected at once. */
export function OldAddress({ clients }: { clients: readonly AiClientView[] }) {
  const { t, i18n } = useTranslation('connect')
  const trpc = useTRPC()
  const { mutate, isPending } = useMutation(
    trpc.clients.rewriteAddresses.mutationOptions({
      onSuccess: (ids) => tell(t('old.done', { count: ids.length })),
      onError: (error) => tellProblem(error),
    }),
  )
  const old = clients.filter(({ state, connection }) => state === 'elsewhere' && connection)
  if (old.length === 0) return null
  const list = new Intl.ListFormat(i18n.resolvedLanguage, { type: 'conjunction' })
  const names = list.format(old.map(({ name }) => name))
  return (
    <div className={styles.notice} role="status">
      <span>{t('old.text', { count: old.length, names })}</span>
      <Button size="compact-xs" loading={isPending} onClick={() => mutate()}>
        {t('old.correct')}
      </Button>
    </div>
  )
}
