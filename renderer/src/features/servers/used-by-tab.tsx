import { Anchor } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ServerUse } from '../../../../shared/server-catalog.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useTRPC } from '../../trpc.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import styles from './pane.module.css'

/** Where its tools go: namespaces, their endpoints, and the clients seen there. */
export function UsedByTab({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers')
  const trpc = useTRPC()
  const { data: uses } = useQuery(trpc.servers.usedBy.queryOptions({ id: server.id }))
  const { data: clients } = useQuery(trpc.activity.clients.queryOptions())
  if (!uses) return <LoadingRows rows={3} height={28} />
  if (uses.length === 0) {
    return (
      <p className={styles.note}>
        {t('usedBy.none')}{' '}
        <Anchor component={Link} to="/namespaces">
          {t('usedBy.open')}
        </Anchor>
      </p>
    )
  }
  const seenAt = (endpoint: string) =>
    (clients ?? []).filter((one) => one.endpoint === endpoint).map(({ name }) => name)
  return (
    <ul className={styles.uses} aria-label={t('tabs.used-by')}>
      {uses.map((use) => (
        <Use key={use.namespaceId} use={use} serverId={server.id} seenAt={seenAt} />
      ))}
    </ul>
  )
}

type UseProps = { use: ServerUse; serverId: string; seenAt: (endpoint: string) => string[] }

function Use({ use, serverId, seenAt }: UseProps) {
  const { t } = useTranslation('servers')
  const { namespaceId, namespace, on, endpoints } = use
  return (
    <li>
      <Link to="/namespaces" search={{ selected: namespaceId, item: serverId }}>
        {namespace}
      </Link>
      {!on && <span className={styles.note}> {t('usedBy.off')}</span>}
      <ul>
        {endpoints.length === 0 && <li className={styles.note}>{t('usedBy.noEndpoint')}</li>}
        {endpoints.map(({ id, name, enabled }) => {
          const clients = seenAt(name)
          return (
            <li key={id}>
              <Link to="/endpoints" search={{ selected: id }}>
                {t('usedBy.endpoint', { name })}
              </Link>
              <span className={styles.note}>
                {' '}
                {!enabled
                  ? t('usedBy.endpointOff')
                  : clients.length > 0
                    ? clients.join(', ')
                    : t('usedBy.noClient')}
              </span>
            </li>
          )
        })}
      </ul>
    </li>
  )
}
