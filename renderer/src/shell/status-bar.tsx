import { UnstyledButton } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Line } from '../live.ts'
import { useTRPC } from '../trpc.ts'
import { Dot } from '../ui/state.tsx'
import styles from './status-bar.module.css'

/** How the whole is, in one line; every part of it leads there. */
export function StatusBar({ line }: { line: Line }) {
  const { t } = useTranslation('shell')
  const trpc = useTRPC()
  const overview = useQuery(trpc.status.overview.queryOptions())
  const servers = useQuery(trpc.servers.list.queryOptions())
  const clipboard = useClipboard({ timeout: 2_000 })
  const on = servers.data?.filter(({ enabled }) => enabled)
  const working = on?.filter(({ state, signIn }) => state !== 'failed' && signIn !== 'needed')
  const needy = on && working ? on.length - working.length : 0
  const endpoint =
    overview.data?.endpoints.find(({ name }) => name === 'default') ?? overview.data?.endpoints[0]
  if (line.state === 'lost') {
    return (
      <footer className={styles.bar} data-tone="bad" aria-label={t('statusBar')} role="contentinfo">
        <Dot tone="bad" />
        {t('lost')}
      </footer>
    )
  }
  return (
    <footer className={styles.bar} aria-label={t('statusBar')}>
      {overview.data && (
        <UnstyledButton
          className={styles.part}
          title={t('copyAddress')}
          onClick={() => endpoint && clipboard.copy(endpoint.url)}
        >
          <Dot tone="ok" />
          {clipboard.copied
            ? t('copiedAddress')
            : t('runningOn', { address: new URL(overview.data.url).host })}
        </UnstyledButton>
      )}
      {on && working && (
        <Link to="/servers" className={styles.part}>
          {t('servers', { working: working.length, count: on.length })}
        </Link>
      )}
      <span className={styles.gap} />
      {needy > 0 && (
        <Link to="/overview" className={styles.part} data-tone="warn">
          {t('needYou', { count: needy })}
        </Link>
      )}
    </footer>
  )
}
