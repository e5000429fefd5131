import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { aiClientProgress } from '../../../../shared/ai-client-state.ts'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { LineDiff } from '../../ui/diff.tsx'
import { DoneIcon } from '../../ui/icons.ts'
import { Machine } from '../../ui/machine.tsx'
import { Problem } from '../../ui/problem.tsx'
import { offerUndo, tellProblem } from '../../ui/undo.ts'
import { useWhen } from '../../ui/use-when.ts'
import styles from './connect.module.css'
import { Notes } from './notes.tsx'
import { Plan } from './plan.tsx'
import { Why } from './why.tsx'
import { useToolCount, type ClientProps } from './use-connect.ts'

/** Three lines that fill themselves: written, there, called. */
export function Progress({ client, connect }: ClientProps) {
  const { t } = useTranslation('connect')
  const when = useWhen()
  const tools = useToolCount(connect.endpoint)
  const [isAgain, setAgain] = useState(false)
  const { connection, seen, name, endpoint } = client
  const { isSeen, hasCalled } = aiClientProgress(client)
  const isOther = endpoint !== null && connect.endpoint && endpoint !== connect.endpoint.name
  if (isAgain || isOther) return <Plan client={client} connect={connect} />
  return (
    <>
      <ol className={styles.steps} aria-live="polite">
        <Step isDone>
          {connection ? t('step.written', { when: when.lately(connection.at) }) : t('step.inFile')}
          {connection && !connection.changedAt && <Undo client={client} id={connection.id} />}
        </Step>
        <Step isDone={isSeen}>
          {!isSeen || !seen
            ? t(`step.waiting.${client.takesUp}`, { name })
            : t(seen.tools === null ? 'step.seen' : 'step.sees', {
                ...{ name, when: when.lately(seen.at), count: seen.tools ?? 0 },
              })}
        </Step>
        <Step isDone={hasCalled}>
          {hasCalled ? t('step.called', { name }) : <Ask name={name} />}
        </Step>
      </ol>
      {!isSeen && <Why client={client} />}
      {connection?.changedAt && <Drift client={client} at={connection.changedAt} />}
      <div className={styles.where}>
        <Machine text={client.file?.shown ?? ''} label={t('file')} />
      </div>
      <div className={styles.actions}>
        <Disconnect client={client} />
        <Button onClick={() => setAgain(true)}>{t('writeAgain')}</Button>
      </div>
      <Notes client={client} tools={tools} isWritten />
    </>
  )
}

function Step({ isDone, children }: { isDone: boolean; children: ReactNode }) {
  const { t } = useTranslation('connect')
  return (
    <li className={styles.step} data-done={isDone}>
      <span className={styles.mark}>
        {isDone ? <DoneIcon size={14} aria-label={t('step.done')} /> : '…'}
      </span>
      <span className={styles.stepText}>{children}</span>
    </li>
  )
}

/** What to say to the client, so that it makes a call. */
function Ask({ name }: { name: string }) {
  const { t } = useTranslation('connect')
  const trpc = useTRPC()
  const { data } = useQuery(trpc.servers.list.queryOptions())
  const hasEcho = data?.some((server) =>
    /everything|echo/.test(`${server.name} ${server.args?.join(' ')}`),
  )
  const words = t(hasEcho ? 'ask.echo' : 'ask.any')
  return (
    <>
      {t('step.ask', { name })} <q translate="no">{words}</q>
      <CopyButton text={words} label={t('ask.label')} />
    </>
  )
}

function Undo({ client, id }: { client: AiClientView; id: string }) {
  const { t } = useTranslation(['connect', 'ui'])
  const trpc = useTRPC()
  const { mutate, isPending } = useMutation(
    trpc.clients.undo.mutationOptions({
      onError: (error) => tellProblem(error, client.name),
    }),
  )
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      loading={isPending}
      onClick={() => mutate({ connectionId: id })}
    >
      {t('ui:undo')}
    </Button>
  )
}

/** The file was changed since: what an undo would have changed, and why there is none. */
function Drift({ client, at }: { client: AiClientView; at: string }) {
  const { t } = useTranslation('connect')
  const when = useWhen()
  const trpc = useTRPC()
  const [isOpen, setOpen] = useState(false)
  const connectionId = client.connection?.id ?? ''
  const { data } = useQuery(
    trpc.clients.difference.queryOptions({ connectionId }, { enabled: isOpen }),
  )
  return (
    <Problem
      tone="warn"
      title={t('drift.title', { name: client.name, when: when.lately(at) })}
      text={
        <>
          {t('drift.text')}
          {isOpen && data && (
            <LineDiff before={data.before} after={data.after} label={t('drift.label')} />
          )}
        </>
      }
      actions={!isOpen && <Button onClick={() => setOpen(true)}>{t('drift.show')}</Button>}
    />
  )
}

function Disconnect({ client }: { client: AiClientView }) {
  const { t } = useTranslation('connect')
  const trpc = useTRPC()
  const api = useTRPCClient()
  const { mutate, isPending } = useMutation(
    trpc.clients.disconnect.mutationOptions({
      onSuccess: ({ connectionId }) =>
        offerUndo({
          message: t('disconnected', { name: client.name }),
          undo: () => api.clients.undo.mutate({ connectionId }),
        }),
      onError: (error) => tellProblem(error, client.name),
    }),
  )
  return (
    <Button loading={isPending} onClick={() => mutate({ clientId: client.id })}>
      {t('disconnect', { name: client.name })}
    </Button>
  )
}
