import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AccountSession } from '../../../../shared/account.ts'
import { signOut } from '../../shell/session.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import { tell } from '../../ui/undo.ts'
import { useWhen } from '../../ui/use-when.ts'
import styles from './account.module.css'
import { browserOf } from './browser-of.ts'

/** Where the person is signed in, and the way to end that. */
export function Sessions() {
  const { t } = useTranslation('account')
  const client = useTRPCClient()
  const sessions = useQuery(useTRPC().accounts.sessions.queryOptions())
  if (sessions.error && !sessions.data) {
    return <Problem title={t('unread')} details={sessions.error.message} />
  }
  if (!sessions.data) return <LoadingRows rows={2} />
  const shown = sessions.data.toSorted((one, other) => Number(other.current) - Number(one.current))
  const endOthers = () =>
    doing(t('endOthers'), async () => {
      await client.accounts.revokeOtherSessions.mutate()
      tell(t('endedOthers'))
    })
  return (
    <>
      <ul className={styles.list}>
        {shown.map((session) => (
          <Session key={session.id} session={session} />
        ))}
      </ul>
      {shown.length > 1 && (
        <Button className={styles.after} onClick={() => void endOthers()}>
          {t('endOthers')}
        </Button>
      )}
    </>
  )
}

function Session({ session }: { session: AccountSession }) {
  const { t } = useTranslation('account')
  const when = useWhen()
  const client = useTRPCClient()
  const { id, address, current, lastSeenAt, createdAt } = session
  const known = browserOf(session.userAgent)
  const name = known ? t('on', known) : t('someBrowser')
  const end = () =>
    doing(name, async () => {
      if (current) return signOut()
      await client.accounts.revokeSession.mutate({ id })
      tell(t('ended', { name }))
    })
  const seen = { when: when.ago(lastSeenAt), address }
  return (
    <li className={styles.entry}>
      <span className={styles.words}>
        <span className={styles.name}>{current ? `${name} · ${t('thisOne')}` : name}</span>
        <span className={styles.small} title={when.moment(lastSeenAt)}>
          {[
            t(address === null ? 'seen' : 'seenFrom', seen),
            t('since', { when: when.ago(createdAt) }),
          ].join(' · ')}
        </span>
      </span>
      <Button aria-label={t('endOf', { name })} onClick={() => void end()}>
        {t('end')}
      </Button>
    </li>
  )
}
