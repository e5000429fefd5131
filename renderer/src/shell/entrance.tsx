import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import styles from './entrance.module.css'
import { TokenPage } from './token-page.tsx'

/** Shows the app once it answers; before that, what stands in the way, and what helps. */
export function Entrance({ isDesktop, children }: { isDesktop: boolean; children: ReactNode }) {
  const { t } = useTranslation('shell')
  const overview = useQuery(useTRPC().status.overview.queryOptions())
  const again = () => void overview.refetch()
  if (overview.data) return children
  if (overview.isPending)
    return <div className={styles.blank} role="status" aria-label={t('opening')} />
  if (isUnauthorized(overview.error) && !isDesktop) return <TokenPage onEntered={again} />
  return (
    <main className={styles.centred}>
      <Problem
        title={t('noAnswer.title')}
        text={t('noAnswer.text')}
        details={overview.error.message}
        actions={<Button onClick={again}>{t('noAnswer.again')}</Button>}
      />
    </main>
  )
}

function isUnauthorized(error: unknown): boolean {
  return (
    error instanceof TRPCClientError &&
    (error.data as { code?: string } | null)?.code === 'UNAUTHORIZED'
  )
}
