import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from '@tanstack/react-query'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { Problem } from '../../ui/problem.tsx'
import { blocksOf } from './blocks.ts'
import { isObject } from './offer.ts'
import type { RunView } from './run-view.ts'
import { startRun } from './store.ts'
import { GoToServer } from './target-trouble.tsx'

const LONGER_MS = 5 * 60_000

/** Why a run brought nothing, and what can be done. */
export function RunProblem({ run }: { run: RunView }) {
  const { t } = useTranslation('inspector')
  const { error, refusal, isError } = run
  if (isError) return <ToolProblem run={run} />
  if (refusal !== null) return <Problem title={refusal} />
  if (!error) return null
  if (error.reason === 'cancelled') return <p>{t('error.cancelled')}</p>
  if (error.reason === 'timeout') return <TimeoutProblem run={run} />
  if (error.reason === 'target-gone') {
    return <Problem title={t('error.gone', { name: run.targetName })} />
  }
  return <AnsweredProblem run={run} error={error} />
}

/** Whether a notice says all of it. */
export function isShort(text: string): boolean {
  return text.length <= 200 && !text.trim().includes('\n')
}

function ToolProblem({ run }: { run: RunView }) {
  const { t } = useTranslation('inspector')
  const [first] = run.content ? blocksOf(run.tab, run.content) : []
  const words = first?.kind === 'text' ? first.text.split('\n', 1)[0]?.slice(0, 200) : ''
  const message = words === '' || words === undefined ? t('error.noWords') : words
  return <Problem title={t('error.answered', { who: whoOf(run), message })} />
}

function TimeoutProblem({ run }: { run: RunView }) {
  const { t } = useTranslation('inspector')
  const client = useTRPCClient()
  const again = { ...run, timeoutMs: LONGER_MS }
  const { target, targetName, tab, item, draft, timeoutMs } = again
  return (
    <Problem
      title={t('error.timeout', { seconds: Math.round(run.timeoutMs / 1_000) })}
      text={t('error.timeoutText')}
      actions={
        run.timeoutMs < LONGER_MS && (
          <Button
            onClick={() => {
              void startRun(client, { target, targetName, tab, item, draft, timeoutMs })
            }}
          >
            {t('error.runLonger', { minutes: LONGER_MS / 60_000 })}
          </Button>
        )
      }
    />
  )
}

type AnsweredProps = { run: RunView; error: NonNullable<RunView['error']> }

function AnsweredProblem({ run, error }: AnsweredProps) {
  const { t } = useTranslation('inspector')
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions())
  const data: unknown = error.data === null ? null : JSON.parse(error.data)
  const facts = isObject(data) ? data : {}
  const details = [`${t('error.code')}: ${error.code}`, error.message, pretty(data)]
    .filter((part) => part !== '')
    .join('\n\n')
  const server = servers.data?.find(({ name }) => name === facts['server'])
  if (server && typeof facts['reason'] === 'string') {
    return (
      <Problem
        title={t('error.down', { name: server.name })}
        text={facts['reason']}
        details={details}
        actions={<GoToServer id={server.id} name={server.name} />}
      />
    )
  }
  const title = t('error.answered', { who: whoOf(run), message: error.message })
  return <Problem title={title} details={details} />
}

/** The server, where it is known; else what was run. */
function whoOf({ target, targetName, item }: RunView): string {
  return target.kind === 'server' ? targetName : item
}

function pretty(data: unknown): string {
  return data === null ? '' : JSON.stringify(data, null, 2)
}
