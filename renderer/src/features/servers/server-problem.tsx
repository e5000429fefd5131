import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import {
  problemFixes,
  problemWords,
  type ServerProblem as Facts,
} from '../../../../shared/server-problem.ts'
import type { ServerView } from '../../../../shared/server.ts'
import { useMayChange } from '../../shell/me.ts'
import { Problem } from '../../ui/problem.tsx'
import { useFixing } from './use-fixing.ts'
import { useNow } from './use-now.ts'

/** What is wrong with a server: what happened, why, and the buttons that help. */
export function ServerProblem({ server, problem }: { server: ServerView; problem: Facts }) {
  const { t } = useTranslation('shared')
  const fixing = useFixing()
  const mayChange = useMayChange()(server)
  const { headline, sentence } = problemWords(problem)
  // Who may only use it is told no reason, and then there are no details either.
  const isUntold = !mayChange && problem.code === 'other'
  const fixes = problemFixes(problem).filter((fix) =>
    mayChange ? true : fix === 'copy-details' && !isUntold,
  )
  const isSignIn = problem.code === 'sign-in-needed' || problem.code === 'sign-in-expired'
  return (
    <Problem
      tone={isSignIn ? 'warn' : 'bad'}
      title={t(headline.key, headline.values)}
      text={
        <>
          {isUntold ? t('untold') : t(sentence.key, sentence.values)}{' '}
          <NextStart retryAt={server.retryAt} />
        </>
      }
      details={isUntold ? null : server.error}
      actions={fixes.map((fix) => (
        <Button key={fix} onClick={() => fixing.run(fix, server, problem)}>
          {fixing.labelOf(fix, problem)}
        </Button>
      ))}
    />
  )
}

/** Counts down to the next try of its own. */
function NextStart({ retryAt }: { retryAt: number | null }) {
  const { t } = useTranslation('shared')
  const now = useNow(retryAt !== null)
  if (retryAt === null || retryAt <= now) return null
  return <>{t('nextStart', { seconds: Math.ceil((retryAt - now) / 1_000) })}</>
}
