import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { GrantView } from '../../../../shared/authorization.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import { tell } from '../../ui/undo.ts'
import { useWhen } from '../../ui/use-when.ts'
import styles from './account.module.css'

/** Clients that the person let in by OAuth, and the way to put them out. */
export function Clients() {
  const { t } = useTranslation('account')
  const grants = useQuery(useTRPC().authorization.grants.queryOptions())
  if (grants.error && !grants.data) {
    return <Problem title={t('unread')} details={grants.error.message} />
  }
  if (!grants.data) return <LoadingRows rows={1} />
  if (grants.data.length === 0) return <p className={styles.note}>{t('noClients')}</p>
  return (
    <ul className={styles.list}>
      {grants.data.map((grant) => (
        <Client key={grant.clientId} grant={grant} />
      ))}
    </ul>
  )
}

function Client({ grant }: { grant: GrantView }) {
  const { t } = useTranslation('account')
  const when = useWhen()
  const client = useTRPCClient()
  const { name, clientId, grantedAt, lastUsedAt } = grant
  const putOut = () =>
    doing(name, async () => {
      await client.authorization.revoke.mutate({ clientId })
      tell(t('wasPutOut', { name }))
    })
  const used = lastUsedAt === null ? t('neverUsed') : t('used', { when: when.ago(lastUsedAt) })
  return (
    <li className={styles.entry}>
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.small}>
          {t('reaches', {
            endpoints: grant.endpoints.join(', ') || t('nowhere'),
            hosts: grant.redirectHosts.join(', '),
          })}
        </span>
        <span className={styles.small} title={when.moment(grantedAt)}>
          {[t('granted', { when: when.ago(grantedAt) }), used].join(' · ')}
        </span>
      </span>
      <Button aria-label={t('putOutOf', { name })} onClick={() => void putOut()}>
        {t('putOut')}
      </Button>
    </li>
  )
}
