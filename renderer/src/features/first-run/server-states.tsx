import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { serverState } from '../../../../shared/server-state.ts'
import { useTRPC } from '../../trpc.ts'
import { State } from '../../ui/state.tsx'
import styles from './first-run.module.css'

/** How the servers are getting on; nothing waits for them. */
export function ServerStates() {
  const { t } = useTranslation(['first-run', 'shared'])
  const servers = useQuery(useTRPC().servers.list.queryOptions()).data ?? []
  return (
    <ul className={styles.list} tabIndex={0} aria-label={t('servers')}>
      {servers.map((server) => {
        const { tone, words } = serverState(server)
        return (
          <li key={server.id} className={styles.row}>
            <Link to="/servers" search={{ selected: server.id }}>
              {server.name}
            </Link>
            <State tone={tone}>{t(`shared:${words.key}`, words.values)}</State>
            <span className={styles.where}>
              {server.toolCount === null ? '' : t('tools', { count: server.toolCount })}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
