import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { CheckStep, ServerCheck as Check } from '../../../../shared/doctor.ts'
import { problemFixes, problemWords } from '../../../../shared/server-problem.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useTRPC } from '../../trpc.ts'
import { useCommands } from '../../ui/commands.ts'
import { Problem } from '../../ui/problem.tsx'
import { tellProblem } from '../../ui/undo.ts'
import { useFormat } from '../../ui/use-format.ts'
import styles from './pane.module.css'
import { useFixing } from './use-fixing.ts'

/** Tries a server out, beside what runs of it: how far it gets, how long each step takes, what to do. */
export function ServerCheck({ server }: { server: ServerView }) {
  const { t } = useTranslation('servers')
  const { id: serverId, name } = server
  const checking = useMutation(
    useTRPC().doctor.check.mutationOptions({ onError: (error) => tellProblem(error, name) }),
  )
  const run = () => checking.mutate({ serverId })
  useCommands([{ id: 'server.check', label: t('check.doName', { name }), run }])
  return (
    <div className={styles.stack}>
      <Button loading={checking.isPending} onClick={run}>
        {t('check.do')}
      </Button>
      <div className={styles.check} role="status">
        {checking.isPending && <p className={styles.note}>{t('check.under')}</p>}
        {checking.data && !checking.isPending && <Outcome server={server} check={checking.data} />}
      </div>
    </div>
  )
}

function Outcome({ server, check }: { server: ServerView; check: Check }) {
  const { t } = useTranslation('servers')
  const { outcome, steps, noise, problem } = check
  if (outcome === 'off') return <p className={styles.note}>{t('check.off')}</p>
  // Nobody asks about settings unless they are wrong.
  const shown = steps.filter(({ step, ok }) => !ok || step !== 'settings')
  const isTold = problem !== null && problem.code === server.problem?.code
  return (
    <>
      <p className={styles.note}>{t(`check.${outcome}`)}</p>
      <ol className={styles.steps} aria-label={t('check.steps')}>
        {shown.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
      {noise && <p className={styles.note}>{t('check.noise', noise)}</p>}
      {outcome === 'failed' && !isTold && <Trouble server={server} check={check} />}
    </>
  )
}

function Step({ step: { step, ok, ms, found } }: { step: CheckStep }) {
  const { t } = useTranslation('servers')
  const { duration } = useFormat()
  const count = step === 'tools' ? Number.parseInt(found, 10) : NaN
  return (
    <li data-ok={ok}>
      <span>{t(`check.step.${step}`)}</span>
      <span className={styles.stepFound} translate="no">
        {Number.isNaN(count) ? found : t('tools.count', { count })}
      </span>
      <span className={styles.note}>{ok ? duration(ms) : t('check.stepFailed')}</span>
    </li>
  )
}

/** What its state does not say already: it may be of an earlier start, or none. */
function Trouble({ server, check: { problem, reason } }: { server: ServerView; check: Check }) {
  const { t } = useTranslation('shared')
  const fixing = useFixing()
  if (!problem) return <Problem title={server.name} text={reason} />
  const { headline, sentence } = problemWords(problem)
  return (
    <Problem
      title={t(headline.key, headline.values)}
      text={t(sentence.key, sentence.values)}
      details={reason}
      actions={problemFixes(problem).map((fix) => (
        <Button key={fix} onClick={() => fixing.run(fix, server, problem)}>
          {fixing.labelOf(fix, problem)}
        </Button>
      ))}
    />
  )
}
