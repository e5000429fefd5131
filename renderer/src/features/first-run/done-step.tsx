import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../../trpc.ts'
import { DoneIcon } from '../../ui/icons.ts'
import styles from './first-run.module.css'

/** The first call came: that is all. */
export function DoneStep({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation('first-run')
  const latest = useQuery(useTRPC().activity.latest.queryOptions({ limit: 1 }))
  const [call] = latest.data ?? []
  return (
    <div className={styles.actions} role="status">
      <DoneIcon size={16} aria-hidden="true" />
      <span>
        {call &&
          t('done', {
            client: call.client || t('aClient'),
            name: call.name,
            ms: Math.max(1, Math.round(call.ms)),
          })}
      </span>
      <Button onClick={onLeave}>{t('close')}</Button>
    </div>
  )
}
