import { Button, Switch } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ServerView } from '../../../../shared/server.ts'
import { useTRPC } from '../../trpc.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import styles from './pane.module.css'

/** Lines between the bottom and the place read that still count as being at the bottom, in px. */
const NEAR_PX = 24

/** What the server's process printed, the newest last. */
export function LogTab({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers')
  const navigate = useNavigate()
  const text = useStderr(server.id)
  const toLogs = (
    <Button onClick={() => void navigate({ to: '/logs', search: { servers: server.id } })}>
      {t('log.all')}
    </Button>
  )
  if (server.url !== undefined) {
    return (
      <div className={styles.stack}>
        <p className={styles.note}>{t('log.remote')}</p>
        {toLogs}
      </div>
    )
  }
  if (text === undefined) return <LoadingRows rows={4} height={16} />
  return (
    <div className={styles.stack}>
      {text === '' ? <p className={styles.note}>{t('log.none')}</p> : <Text text={text} />}
      {toLogs}
    </div>
  )
}

function Text({ text }: { text: string }) {
  const { t } = useTranslation('servers')
  const box = useRef<HTMLPreElement>(null)
  const [isFollowed, setFollowed] = useState(true)
  useEffect(() => {
    if (isFollowed && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [text, isFollowed])
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: React.UIEvent) =>
    setFollowed(scrollHeight - scrollTop - clientHeight < NEAR_PX)
  return (
    <>
      <div className={styles.bar}>
        <Switch
          label={t('log.follow')}
          checked={isFollowed}
          onChange={(event) => setFollowed(event.currentTarget.checked)}
        />
        <CopyButton text={text} label={t('tabs.log')} />
      </div>
      <pre
        ref={box}
        className={styles.log}
        tabIndex={0}
        aria-label={t('tabs.log')}
        translate="no"
        onScroll={onScroll}
      >
        {text}
      </pre>
    </>
  )
}

/** The last 64 KB, read again as the server prints; `undefined` before the first answer. */
function useStderr(id: string): string | undefined {
  const trpc = useTRPC()
  const cache = useQueryClient()
  const { data } = useQuery(trpc.servers.stderr.queryOptions({ id }))
  useSubscription(
    trpc.logs.tail.subscriptionOptions(
      { filter: { servers: [id], levels: ['stderr'] } },
      {
        onData: () =>
          void cache.invalidateQueries(trpc.servers.stderr.queryFilter({ id }), {
            cancelRefetch: false,
          }),
      },
    ),
  )
  return data?.text
}
