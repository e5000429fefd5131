import { Button, type ButtonVariant } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AiClientView, AiSnippet } from '../../../../shared/ai-client.ts'
import { useTRPC } from '../../trpc.ts'
import { CodeView } from '../../ui/code-view.tsx'
import { CopyIcon, OutsideIcon } from '../../ui/icons.ts'
import { tell, tellProblem } from '../../ui/undo.ts'
import styles from './connect.module.css'
import type { Connect } from './use-connect.ts'

/** A snippet with a key of its own, made when asked for, and copied at once. */
export function useSnippet(clientId: string | null, endpoint: Connect['endpoint']) {
  const { t } = useTranslation('connect')
  const trpc = useTRPC()
  const [made, setMade] = useState<AiSnippet | null>(null)
  const { mutate, isPending } = useMutation(
    trpc.clients.snippet.mutationOptions({
      onSuccess(snippet) {
        setMade(snippet)
        const text = snippet.pieces.at(-1)?.text ?? ''
        navigator.clipboard.writeText(text).then(
          () => tell(t('snippet.copied')),
          // It is shown, with a button of its own.
          () => undefined,
        )
      },
      onError: (error) => tellProblem(error),
    }),
  )
  const make = () => endpoint && mutate({ clientId, endpointId: endpoint.id })
  const button = (variant: ButtonVariant) => (
    <Button
      variant={made ? 'default' : variant}
      leftSection={<CopyIcon size={14} />}
      loading={isPending}
      onClick={make}
    >
      {t('snippet.copy')}
    </Button>
  )
  return { made, button }
}

/** What to put where; the key in it is told this once. */
export function Snippet({ snippet }: { snippet: AiSnippet | null }) {
  const { t } = useTranslation('connect')
  if (!snippet) return null
  const { pieces, keyName } = snippet
  return (
    <section className={styles.snippet} aria-label={t('snippet.title')}>
      {pieces.map(({ text, language, file }, index) => {
        const label = file ?? t(language === 'bash' ? 'snippet.command' : 'snippet.title')
        return (
          <div key={language}>
            <p className={styles.note}>{index > 0 ? t('snippet.or', { what: label }) : label}</p>
            <CodeView text={text} language={language} label={label} />
          </div>
        )
      })}
      {keyName !== null && <p className={styles.note}>{t('snippet.key', { name: keyName })}</p>}
    </section>
  )
}

/** Opens the client with our entry, for it to ask about. */
export function OpenLink({
  client,
  endpoint,
}: {
  client: AiClientView
  endpoint: Connect['endpoint']
}) {
  const { t } = useTranslation('connect')
  const trpc = useTRPC()
  const { mutate, isPending } = useMutation(
    trpc.clients.link.mutationOptions({
      onSuccess: ({ url }) => void window.open(url),
      onError: (error) => tellProblem(error),
    }),
  )
  if (!client.hasLink || !endpoint) return null
  return (
    <Button
      leftSection={<OutsideIcon size={14} />}
      loading={isPending}
      onClick={() => mutate({ clientId: client.id, endpointId: endpoint.id })}
    >
      {t('openIn', { name: client.name })}
    </Button>
  )
}
