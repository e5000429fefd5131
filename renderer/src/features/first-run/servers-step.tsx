import { Button, Checkbox, Kbd } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FoundServer } from '../../../../shared/ai-client.ts'
import { useTRPC } from '../../trpc.ts'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Machine } from '../../ui/machine.tsx'
import { tellProblem } from '../../ui/undo.ts'
import { AddServerBox } from '../add-server/add-server-box.tsx'
import styles from './first-run.module.css'

/** Takes over what clients on this computer have already; where they have nothing, a first server. */
export function ServersStep({ onBegin }: { onBegin: () => void }) {
  const { t } = useTranslation('first-run')
  const [isEmpty, setEmpty] = useState(false)
  const found = useQuery(useTRPC().clients.findServers.queryOptions())
  const servers = found.data?.servers ?? []
  if (found.isPending) return <LoadingRows rows={4} />
  if (servers.length === 0 || isEmpty) {
    return (
      <div>
        <h3 className={styles.heading}>{t('first.title')}</h3>
        <p className={styles.text}>{t('first.text')}</p>
        <AddServerBox />
      </div>
    )
  }
  return <Found servers={servers} onBegin={onBegin} onEmpty={() => setEmpty(true)} />
}

type FoundProps = { servers: FoundServer[]; onBegin: () => void; onEmpty: () => void }

function Found({ servers, onBegin, onEmpty }: FoundProps) {
  const { t, i18n } = useTranslation('first-run')
  const navigate = useNavigate()
  const [unticked, setUnticked] = useState<ReadonlySet<string>>(new Set())
  const chosen = servers.filter(({ id, problem }) => problem === null && !unticked.has(id))
  const importing = useImport(chosen, onBegin)
  const clients = useMemo(() => listOf(namesOf(servers), i18n.language), [servers, i18n.language])
  useCommands([
    {
      id: 'first-run.import',
      label: t('import', { count: chosen.length }),
      shortcut: 'mod+Enter',
      run: importing.run,
    },
  ])
  const toggle = (id: string) =>
    setUnticked((before) =>
      before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id]),
    )
  return (
    <>
      <div>
        <h3 className={styles.heading}>{t('found', { count: servers.length, clients })}</h3>
        <p className={styles.text}>{t('foundText')}</p>
      </div>
      <ul className={styles.list} tabIndex={0} aria-label={t('foundList')}>
        {servers.map((server) => (
          <FoundRow
            key={server.id}
            server={server}
            isTicked={!unticked.has(server.id)}
            onToggle={() => toggle(server.id)}
          />
        ))}
      </ul>
      <div className={styles.actions}>
        <Button
          variant="filled"
          loading={importing.isPending}
          disabled={chosen.length === 0}
          rightSection={<Kbd>{shortcutText('mod+Enter')}</Kbd>}
          onClick={importing.run}
        >
          {t('import', { count: chosen.length })}
        </Button>
        <Button onClick={() => void navigate({ to: '/overview', search: { add: '1' } })}>
          {t('choose')}
        </Button>
        <Button variant="subtle" color="gray" onClick={onEmpty}>
          {t('empty')}
        </Button>
      </div>
    </>
  )
}

type FoundRowProps = { server: FoundServer; isTicked: boolean; onToggle: () => void }

function FoundRow({ server, isTicked, onToggle }: FoundRowProps) {
  const { t, i18n } = useTranslation('first-run')
  const { problem, newName, runs, leftOut } = server
  const where = listOf(
    server.foundIn.map(({ clientName }) => clientName),
    i18n.language,
  )
  return (
    <li className={styles.row}>
      <Checkbox
        label={newName}
        checked={problem === null && isTicked}
        disabled={problem !== null}
        onChange={onToggle}
      />
      {problem === null ? <Machine text={runs} /> : <span>{problem}</span>}
      <span className={styles.where}>{t('in', { clients: where })}</span>
      {leftOut.length > 0 && (
        <span className={styles.leftOut}>{t('leftOut', { names: leftOut.join(', ') })}</span>
      )}
    </li>
  )
}

/** Into the namespace that the default endpoint serves. */
function useImport(chosen: FoundServer[], onBegin: () => void) {
  const { t } = useTranslation('first-run')
  const trpc = useTRPC()
  const namespaces = useQuery(trpc.namespaces.list.queryOptions())
  const { mutate, isPending } = useMutation(
    trpc.clients.importServers.mutationOptions({
      onSuccess: onBegin,
      onError: (error) => tellProblem(error, t('notImported')),
    }),
  )
  const namespace = namespaces.data?.find(({ name }) => name === 'default') ?? namespaces.data?.[0]
  const run = () => {
    if (chosen.length > 0)
      mutate({
        ids: chosen.map(({ id }) => id),
        namespaceId: namespace?.id ?? null,
        approve: true,
      })
  }
  return { run, isPending }
}

function namesOf(servers: FoundServer[]): string[] {
  return [...new Set(servers.flatMap(({ foundIn }) => foundIn.map(({ clientName }) => clientName)))]
}

function listOf(names: string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names)
}
