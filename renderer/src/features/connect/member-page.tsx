import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../../trpc.ts'
import { Empty } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Machine } from '../../ui/machine.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import styles from './connect.module.css'

/** What a member gives to a client: the address of an endpoint, and a key of their own. */
export function MemberPage() {
  const { t } = useTranslation('connect')
  const trpc = useTRPC()
  const endpoints = useQuery(trpc.endpoints.list.queryOptions())
  const overview = useQuery(trpc.status.overview.queryOptions())
  const on = endpoints.data?.filter(({ enabled }) => enabled)
  const base = overview.data?.url
  return (
    <Frame title={t('title')}>
      <div className={styles.page}>
        <p className={styles.notice} role="note">
          {t('member.notice')}
        </p>
        <div className={`${styles.pane} ${styles.own}`}>
          {(!on || !base) && <LoadingRows rows={3} />}
          {on?.length === 0 && <Empty title={t('noEndpoint.title')} text={t('noEndpoint.text')} />}
          {base &&
            on?.map(({ id, name, address }) => (
              <section key={id} className={styles.where} aria-label={name}>
                <h2 className={styles.title}>{name}</h2>
                <Machine
                  text={`${base}/metamcp/${address}/mcp`}
                  label={t('member.urlOf', { name })}
                />
              </section>
            ))}
          <p className={styles.note}>
            {t('member.key')}{' '}
            <Link to="/keys" search={{ new: '1' }} className={styles.link}>
              {t('member.newKey')}
            </Link>
          </p>
        </div>
      </div>
    </Frame>
  )
}
