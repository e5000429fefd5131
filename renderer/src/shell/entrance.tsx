import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import styles from './entrance.module.css'
import { isUnauthorized } from './session.ts'

// Who is inside already waits for no door.
const Door = lazy(async () => ({ default: (await import('../features/sign-in/page.tsx')).Door }))
const Consent = lazy(async () => ({
  default: (await import('../features/sign-in/consent.tsx')).Consent,
}))

/** Shows the app once it answers; before that, what stands in the way, and what helps. */
export function Entrance({ isDesktop, children }: { isDesktop: boolean; children: ReactNode }) {
  const { t } = useTranslation('shell')
  const overview = useQuery(useTRPC().status.overview.queryOptions())
  const { pathname } = window.location
  if (!isDesktop && (pathname === '/sign-in' || isUnauthorized(overview.error))) return <Door />
  if (overview.data) return !isDesktop && pathname === '/consent' ? <Consent /> : children
  if (overview.isPending)
    return <div className={styles.blank} role="status" aria-label={t('opening')} />
  return (
    <main className={styles.centred}>
      <Problem
        title={t('noAnswer.title')}
        text={t('noAnswer.text')}
        details={overview.error?.message}
        actions={<Button onClick={() => void overview.refetch()}>{t('noAnswer.again')}</Button>}
      />
    </main>
  )
}
