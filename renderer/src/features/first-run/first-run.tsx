import { Button } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './first-run.module.css'
import { useFirstRun } from './use-first-run.ts'

// Most starts show none of them.
const ServersStep = lazy(async () => ({
  default: (await import('./servers-step.tsx')).ServersStep,
}))
const ConnectStep = lazy(async () => ({
  default: (await import('./connect-step.tsx')).ConnectStep,
}))
const WaitStep = lazy(async () => ({ default: (await import('./wait-step.tsx')).WaitStep }))
const DoneStep = lazy(async () => ({ default: (await import('./done-step.tsx')).DoneStep }))

/** The way from nothing to the first call, on Overview until it is walked or left. */
export function FirstRun() {
  const { t } = useTranslation('first-run')
  const { step, clients, setUp, begin, leave } = useFirstRun()
  if (step === null || !clients) return null
  return (
    <section className={styles.column} aria-labelledby="first-run">
      <div className={styles.head}>
        <h2 id="first-run" className={styles.title}>
          {t('title')}
        </h2>
        {step !== 'done' && (
          <Button variant="subtle" color="gray" onClick={leave}>
            {t('leave')}
          </Button>
        )}
      </div>
      <Suspense>
        {step === 'servers' && <ServersStep onBegin={begin} />}
        {step === 'connect' && <ConnectStep clients={clients} onBegin={begin} />}
        {step === 'wait' && <WaitStep clients={setUp} />}
        {step === 'done' && <DoneStep onLeave={leave} />}
      </Suspense>
    </section>
  )
}
