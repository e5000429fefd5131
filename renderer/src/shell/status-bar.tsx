import { UnstyledButton } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { needsYou } from '../../../shared/server-state.ts'
import type { Line } from '../live.ts'
import { useTRPC, type Outputs } from '../trpc.ts'
import { Dot } from '../ui/state.tsx'
import { useIsMember } from './me.ts'
import { useWaiting } from './use-waiting.ts'
import styles from './status-bar.module.css'

/** How the whole is, in one line; every part of it leads there. */
export function StatusBar({ line }: { line: Line }) {
  const { t } = useTranslation('shell')
  const { data: overview } = useQuery(useTRPC().status.overview.queryOptions())
  if (line.state === 'lost') {
    return (
      <footer className={styles.bar} data-tone="bad">
        <Dot tone="bad" />
        {t('lost')}
      </footer>
    )
  }
  if (overview?.paused) return <PausedBar />
  return (
    <footer className={styles.bar}>
      {overview && <Address overview={overview} />}
      <Numbers />
    </footer>
  )
}

function PausedBar() {
  const { t } = useTranslation('shell')
  const isMember = useIsMember()
  const resume = useMutation(useTRPC().settings.setPaused.mutationOptions())
  return (
    <footer className={styles.bar} data-tone="warn">
      <Dot tone="warn" />
      {t('paused')}
      {!isMember && (
        <UnstyledButton className={styles.action} onClick={() => resume.mutate({ paused: false })}>
          {t('resume')}
        </UnstyledButton>
      )}
    </footer>
  )
}

function Address({ overview }: { overview: Outputs['status']['overview'] }) {
  const { t } = useTranslation('shell')
  const clipboard = useClipboard({ timeout: 2_000 })
  const { endpoints, url } = overview
  const endpoint = endpoints.find(({ name }) => name === 'default') ?? endpoints[0]
  return (
    <UnstyledButton
      className={`${styles.part} ${styles.address}`}
      title={t('copyAddress')}
      onClick={() => endpoint && clipboard.copy(endpoint.url)}
    >
      <Dot tone="ok" />
      <span className={styles.cut}>
        {clipboard.copied ? t('copiedAddress') : t('runningOn', { address: new URL(url).host })}
      </span>
    </UnstyledButton>
  )
}

function Numbers() {
  const { t } = useTranslation(['shell', 'shared'])
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions())
  const activity = useQuery(trpc.activity.overview.queryOptions({ minutes: 30 }))
  const host = useQuery(trpc.host.abilities.queryOptions())
  const restart = useMutation(trpc.host.installUpdate.mutationOptions())
  const on = servers.data?.filter(({ enabled }) => enabled)
  const needy = needsYou(on ?? [])
  const needing = needy + useWaiting().beside
  const update = host.data?.update
  return (
    <>
      {on && (
        <Link to="/servers" className={styles.part}>
          {t('servers', { working: on.length - needy, count: on.length })}
        </Link>
      )}
      {activity.data && (
        <Link to="/connect" className={`${styles.part} ${styles.yields}`}>
          {t('clients', { count: activity.data.clients })}
        </Link>
      )}
      {activity.data?.hasCalls && (
        <Link to="/overview" className={`${styles.part} ${styles.yields}`}>
          {t('callsPerMinute', { count: activity.data.callsPerMinute })}
        </Link>
      )}
      <span className={styles.gap} />
      {update?.kind === 'ready' && (
        <UnstyledButton className={styles.part} onClick={() => restart.mutate()}>
          {t('restartToUpdate', { version: update.version })}
        </UnstyledButton>
      )}
      {needing > 0 && (
        <Link to="/overview" className={styles.part} data-tone="warn">
          {t('shared:needYou', { count: needing })}
        </Link>
      )}
    </>
  )
}
