import { Button, Checkbox, Kbd } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AiClients, AiClientView } from '../../../../shared/ai-client.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { LineDiff } from '../../ui/diff.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import { tellProblem } from '../../ui/undo.ts'
import styles from './first-run.module.css'
import { ServerStates } from './server-states.tsx'

type ConnectStepProps = { clients: AiClients; onBegin: () => void }

/** Puts us into the clients of this computer, after showing what is written. */
export function ConnectStep({ clients, onBegin }: ConnectStepProps) {
  const { t } = useTranslation('first-run')
  const navigate = useNavigate()
  // On another computer there are no files of ours to write.
  const there =
    clients.platform === null
      ? []
      : clients.clients.filter(({ state }) => state === 'not-connected')
  return (
    <>
      <ServerStates />
      <div>
        <h3 className={styles.heading}>{t('connect.title')}</h3>
        <p className={styles.text}>
          {t(
            clients.platform === null
              ? 'connect.elsewhere'
              : there.length > 0
                ? 'connect.text'
                : 'connect.none',
          )}
        </p>
      </div>
      {there.length > 0 && <ConnectThese clients={there} onBegin={onBegin} />}
      {there.length === 0 && (
        <div className={styles.actions}>
          <Button variant="filled" onClick={() => void navigate({ to: '/connect', search: {} })}>
            {t('connect.snippet')}
          </Button>
        </div>
      )}
    </>
  )
}

function ConnectThese({ clients, onBegin }: { clients: AiClientView[]; onBegin: () => void }) {
  const { t, i18n } = useTranslation('first-run')
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    new Set(clients.slice(0, 1).map(({ id }) => id)),
  )
  const [removes, setRemoves] = useState(false)
  const chosen = clients.filter(({ id }) => ticked.has(id))
  const doubled = chosen.flatMap(({ imported }) => imported).length
  const connecting = useConnect(removes, onBegin)
  const run = () => connecting.mutate(chosen)
  const names = new Intl.ListFormat(i18n.language).format(chosen.map(({ name }) => name))
  useCommands([
    { id: 'first-run.connect', label: t('connect.button', { names }), shortcut: 'mod+Enter', run },
  ])
  return (
    <>
      <div className={styles.actions}>
        {clients.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={ticked.has(id)}
            onChange={(event) => setTicked(withOrWithout(ticked, id, event.currentTarget.checked))}
          />
        ))}
      </div>
      {chosen.map((client) => (
        <Preview key={client.id} client={client} removes={removes} />
      ))}
      {doubled > 0 && (
        <Checkbox
          label={t('connect.remove', { count: doubled, names })}
          description={t('connect.removeText')}
          checked={removes}
          onChange={(event) => setRemoves(event.currentTarget.checked)}
        />
      )}
      <div className={styles.actions}>
        <Button
          variant="filled"
          disabled={chosen.length === 0}
          loading={connecting.isPending}
          rightSection={<Kbd>{shortcutText('mod+Enter')}</Kbd>}
          onClick={run}
        >
          {t('connect.button', { names })}
        </Button>
        <span className={styles.where}>
          {chosen.map(({ id, name, takesUp }) => (
            <span key={id}>{t(`connect.takesUp.${takesUp}`, { name })} </span>
          ))}
        </span>
      </div>
    </>
  )
}

function Preview({ client, removes }: { client: AiClientView; removes: boolean }) {
  const { t } = useTranslation('first-run')
  const trpc = useTRPC()
  const endpoint = useDefaultEndpoint()
  const preview = useQuery(
    trpc.clients.preview.queryOptions(
      {
        clientId: client.id,
        endpointId: endpoint ?? '',
        removeServers: removalsOf(client, removes),
      },
      { enabled: endpoint !== undefined },
    ),
  )
  const file = client.file?.shown ?? ''
  if (preview.error)
    return <Problem title={t('connect.unread', { file })} text={preview.error.message} />
  if (!preview.data) return <LoadingRows rows={3} />
  const { before, after, backup } = preview.data
  return (
    <div>
      <p className={styles.text}>{t('connect.file', { file })}</p>
      <LineDiff before={before} after={after} label={t('connect.file', { file })} />
      {backup !== null && (
        <p className={styles.note}>{t('connect.backup', { backup: fileName(backup) })}</p>
      )}
    </div>
  )
}

/** One after the other, each against the file as it is now: what was shown is what is written. */
function useConnect(removes: boolean, onBegin: () => void) {
  const { t } = useTranslation('first-run')
  const client = useTRPCClient()
  const endpointId = useDefaultEndpoint() ?? ''
  return useMutation({
    mutationFn: async (chosen: AiClientView[]) => {
      for (const one of chosen) {
        const input = { clientId: one.id, endpointId, removeServers: removalsOf(one, removes) }
        const { fingerprint } = await client.clients.preview.query(input)
        await client.clients.connect.mutate({ ...input, fingerprint })
      }
    },
    onSuccess: onBegin,
    onError: (error) => tellProblem(error, t('connect.refused')),
  })
}

function useDefaultEndpoint(): string | undefined {
  const endpoints = useQuery(useTRPC().endpoints.list.queryOptions())
  return (endpoints.data?.find(({ name }) => name === 'default') ?? endpoints.data?.[0])?.id
}

function removalsOf({ imported }: AiClientView, removes: boolean): string[] {
  return removes ? imported.map(({ entry }) => entry) : []
}

function withOrWithout(ids: ReadonlySet<string>, id: string, isIn: boolean): ReadonlySet<string> {
  const others = [...ids].filter((one) => one !== id)
  return new Set(isIn ? [...others, id] : others)
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}
