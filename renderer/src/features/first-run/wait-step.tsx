import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { useTRPC } from '../../trpc.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { DoneIcon } from '../../ui/icons.ts'
import { tell, tellProblem } from '../../ui/undo.ts'
import styles from './first-run.module.css'
import { ServerStates } from './server-states.tsx'

/** Three lines for each client that was set up, which fill themselves. */
export function WaitStep({ clients }: { clients: AiClientView[] }) {
  return (
    <>
      <ServerStates />
      {clients.map((client) => (
        <ClientLines key={client.id} client={client} />
      ))}
      <TryThis client={clients[0]} />
    </>
  )
}

function ClientLines({ client }: { client: AiClientView }) {
  const { t, i18n } = useTranslation('first-run')
  const { name, connection, seen, state, takesUp, toolLimit } = client
  const at = (iso: string) =>
    new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' }).format(new Date(iso))
  const isHere = state === 'connected' && seen !== null
  return (
    <ul className={styles.lines} aria-label={name}>
      <li className={styles.line}>
        <DoneIcon size={16} aria-hidden="true" />
        {connection
          ? t('wait.written', { name, at: at(connection.at) })
          : t('wait.configured', { name })}
        {connection && <UndoButton connectionId={connection.id} name={name} />}
      </li>
      <li className={isHere ? styles.line : `${styles.line} ${styles.waiting}`}>
        {isHere && <DoneIcon size={16} aria-hidden="true" />}
        {isHere
          ? t('wait.connected', { name, at: at(seen.at), count: seen.tools ?? 0 })
          : t(`connect.takesUp.${takesUp}`, { name })}
      </li>
      <li className={`${styles.line} ${styles.waiting}`}>
        {t('wait.call')}
        <Link to="/connect" search={{ selected: client.id }}>
          {t('wait.why')}
        </Link>
      </li>
      {isHere && toolLimit !== null && (seen.tools ?? 0) > toolLimit && (
        <li className={styles.line}>{t('wait.limit', { name, count: toolLimit })}</li>
      )}
    </ul>
  )
}

function UndoButton({ connectionId, name }: { connectionId: string; name: string }) {
  const { t } = useTranslation('first-run')
  const undo = useMutation(
    useTRPC().clients.undo.mutationOptions({
      onSuccess: () => tell(t('wait.undone', { name })),
      onError: (error) => tellProblem(error, name),
    }),
  )
  return <Button onClick={() => undo.mutate({ connectionId })}>{t('wait.undo')}</Button>
}

/** A sentence to say to the client, with a tool that is surely there. */
function TryThis({ client }: { client: AiClientView | undefined }) {
  const { t } = useTranslation('first-run')
  const echo = useQuery(useTRPC().namespaces.findTools.queryOptions({ text: 'echo', limit: 1 }))
  if (!client) return null
  const sentence = echo.data?.length ? t('wait.sayEcho') : t('wait.sayTools')
  return (
    <p className={styles.line}>
      {t('wait.ask', { name: client.name, sentence })}
      <CopyButton text={sentence} label={t('wait.sentence')} />
    </p>
  )
}
