import { Button, Checkbox, Kbd } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { LineDiff } from '../../ui/diff.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Machine } from '../../ui/machine.tsx'
import { Problem } from '../../ui/problem.tsx'
import { offerUndo } from '../../ui/undo.ts'
import styles from './connect.module.css'
import { Notes } from './notes.tsx'
import { OpenLink, Snippet, useSnippet } from './snippet.tsx'
import { useToolCount, type ClientProps } from './use-connect.ts'

/** What will be written, to be read before it is. */
export function Plan({ client, connect }: ClientProps) {
  const { t } = useTranslation('connect')
  const plan = usePlan({ client, connect })
  const { preview, writing, again } = plan
  if (preview.error) {
    return <Problem title={preview.error.message} actions={<Again run={again} />} />
  }
  return (
    <>
      <div className={styles.where}>
        <span>{t(client.state === 'elsewhere' ? 'changes' : 'adds')}</span>
        <Machine text={client.file?.shown ?? ''} label={t('file')} />
      </div>
      {preview.data ? (
        <LineDiff before={preview.data.before} after={preview.data.after} label={t('diff')} />
      ) : (
        <LoadingRows rows={5} height={28} />
      )}
      <Removing client={client} plan={plan} />
      {preview.data?.backup && (
        <p className={styles.note}>{t('backup', { file: fileName(preview.data.backup) })}</p>
      )}
      {writing.error && (
        <Problem title={writing.error.message} tone="warn" actions={<Again run={again} />} />
      )}
      <Actions client={client} connect={connect} plan={plan} />
    </>
  )
}

type PlanState = ReturnType<typeof usePlan>

function usePlan({ client, connect }: ClientProps) {
  const trpc = useTRPC()
  const [isRemoving, setRemoving] = useState(false)
  const entries = client.imported.map(({ entry }) => entry)
  const input = {
    clientId: client.id,
    endpointId: connect.endpoint?.id ?? '',
    removeServers: isRemoving ? entries : [],
  }
  const preview = useQuery(
    trpc.clients.preview.queryOptions(input, { placeholderData: keepPreviousData, retry: false }),
  )
  const writing = useWriting(client.name)
  return {
    ...{ preview, writing, entries, isRemoving, setRemoving },
    write() {
      if (preview.data) writing.mutate({ ...input, fingerprint: preview.data.fingerprint })
    },
    again() {
      writing.reset()
      void preview.refetch()
    },
  }
}

/** Off by default: what is not ours stays, unless its person says so. */
function Removing({ client, plan }: { client: ClientProps['client']; plan: PlanState }) {
  const { t } = useTranslation('connect')
  const { entries, isRemoving, setRemoving } = plan
  if (entries.length === 0) return null
  return (
    <Checkbox
      checked={isRemoving}
      onChange={(event) => setRemoving(event.currentTarget.checked)}
      label={t('remove', { count: entries.length, name: client.name })}
      description={entries.join(', ')}
    />
  )
}

function Actions({ client, connect, plan }: ClientProps & { plan: PlanState }) {
  const { t } = useTranslation('connect')
  const snippet = useSnippet(client.id, connect.endpoint)
  const tools = useToolCount(connect.endpoint)
  const label = t('connect', { name: client.name })
  const shortcut = 'mod+Enter'
  useCommands([{ id: 'connect.write', label, shortcut, run: plan.write }])
  return (
    <>
      <div className={styles.actions}>
        <Button
          variant="filled"
          loading={plan.writing.isPending}
          disabled={!plan.preview.data}
          rightSection={<Kbd>{shortcutText(shortcut)}</Kbd>}
          onClick={plan.write}
        >
          {label}
        </Button>
        {snippet.button('default')}
        <OpenLink client={client} endpoint={connect.endpoint} />
      </div>
      <Notes client={client} tools={tools} isMac={connect.platform === 'darwin'} />
      <Snippet snippet={snippet.made} />
    </>
  )
}

function Again({ run }: { run: () => void }) {
  const { t } = useTranslation('connect')
  return <Button onClick={run}>{t('showAgain')}</Button>
}

function useWriting(name: string) {
  const { t } = useTranslation('connect')
  const trpc = useTRPC()
  const client = useTRPCClient()
  return useMutation(
    trpc.clients.connect.mutationOptions({
      onSuccess: ({ connectionId }) =>
        offerUndo({
          message: t('done', { name }),
          undo: () => client.clients.undo.mutate({ connectionId }),
        }),
    }),
  )
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}
