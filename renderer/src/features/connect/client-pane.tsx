import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { aiClientTone, isKnown } from '../../../../shared/ai-client-state.ts'
import { Machine } from '../../ui/machine.tsx'
import { Problem } from '../../ui/problem.tsx'
import { State } from '../../ui/state.tsx'
import styles from './connect.module.css'
import { Notes } from './notes.tsx'
import { Plan } from './plan.tsx'
import { Progress } from './progress.tsx'
import { OpenLink, Snippet, useSnippet } from './snippet.tsx'
import { StateWords } from './state-words.tsx'
import type { ClientProps } from './use-connect.ts'
import { useReveal } from './use-reveal.ts'

/** One client: what would be written into it, or how far it came since. */
export function ClientPane({ client, connect }: ClientProps) {
  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className={styles.title}>{client.name}</h2>
        {isKnown(client) && (
          <State tone={aiClientTone(client.state)}>
            <StateWords client={client} />
          </State>
        )}
      </header>
      <Body client={client} connect={connect} />
    </div>
  )
}

function Body({ client, connect }: ClientProps): ReactNode {
  const { t } = useTranslation('connect')
  const { state, file } = client
  if (!connect.endpoint) return <NoEndpoint isRead={connect.endpoints !== undefined} />
  if (!file) return <ByHand client={client} connect={connect} text={t('byHand')} />
  if (state === 'broken' || state === 'locked') return <Trouble client={client} connect={connect} />
  if (state === 'not-found') {
    const text = t('notFound', { name: client.name, file: file.shown })
    return <ByHand client={client} connect={connect} text={text} />
  }
  if (state === 'configured' || state === 'connected') {
    return <Progress client={client} connect={connect} />
  }
  return <Plan client={client} connect={connect} />
}

function NoEndpoint({ isRead }: { isRead: boolean }) {
  const { t } = useTranslation('connect')
  return isRead ? (
    <Problem tone="warn" title={t('noEndpoint.title')} text={t('noEndpoint.text')} />
  ) : null
}

/** Where no file of ours is to be written: what the person does. */
function ByHand({ client, connect, text }: ClientProps & { text: string }) {
  const snippet = useSnippet(client.id, connect.endpoint)
  return (
    <>
      <p className={styles.text}>{text}</p>
      <div className={styles.actions}>
        {snippet.button('filled')}
        <OpenLink client={client} endpoint={connect.endpoint} />
      </div>
      <Snippet snippet={snippet.made} />
      <Notes client={client} />
    </>
  )
}

function Trouble({ client, connect }: ClientProps) {
  const { t } = useTranslation('connect')
  const snippet = useSnippet(client.id, connect.endpoint)
  const reveal = useReveal()
  const { problem, file, state } = client
  const path = file?.path ?? ''
  return (
    <>
      <Problem
        tone={state === 'broken' ? 'bad' : 'warn'}
        title={t(state === 'broken' ? 'broken.title' : 'locked.title', {
          file: file?.shown,
          reason: problem?.reason,
          line: problem?.line,
          context: state === 'broken' && problem?.line !== null ? 'line' : undefined,
        })}
        text={t('untouched')}
        actions={
          <>
            {reveal && <Button onClick={() => reveal(path)}>{t('openFile')}</Button>}
            {snippet.button('default')}
          </>
        }
      />
      <Machine text={path} label={t('file')} />
      <Snippet snippet={snippet.made} />
    </>
  )
}
