import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ConnectStep } from './connect-step.tsx'
import { DoneStep } from './done-step.tsx'
import styles from './first-run.module.css'
import { ServersStep } from './servers-step.tsx'
import { useFirstRun } from './use-first-run.ts'
import { WaitStep } from './wait-step.tsx'

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
      {step === 'servers' && <ServersStep onBegin={begin} />}
      {step === 'connect' && <ConnectStep clients={clients} onBegin={begin} />}
      {step === 'wait' && <WaitStep clients={setUp} />}
      {step === 'done' && <DoneStep onLeave={leave} />}
    </section>
  )
}
