import { Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { serverState } from '../../../../shared/server-state.ts'
import { useTRPC } from '../../trpc.ts'
import { Problem } from '../../ui/problem.tsx'
import { tellProblem } from '../../ui/undo.ts'
import { AskWhy } from '../namespaces/ask-why.tsx'
import styles from './inspector.module.css'
import type { Inspected } from './use-inspected.ts'

/** Why nothing is offered here, and the button that helps. */
export function TargetTrouble({ inspected }: { inspected: Inspected }) {
  const { t } = useTranslation(['inspector', 'shared'])
  const { targets, target, targetName, tab, offer } = inspected
  if (offer.error) {
    return (
      <div className={styles.pad}>
        <Problem title={offer.error.message} />
      </div>
    )
  }
  const server = target?.kind === 'server' && targets?.servers.find(({ id }) => id === target.id)
  if (server && !server.enabled) return <ServerOff id={server.id} name={server.name} />
  const shown = server ? serverState(server) : null
  if (server && shown?.problem) {
    return (
      <div className={styles.pad}>
        <Problem
          tone={shown.tone === 'warn' ? 'warn' : 'bad'}
          title={t(`shared:${shown.words.key}`, shown.words.values)}
          actions={<GoToServer id={server.id} name={server.name} />}
        />
      </div>
    )
  }
  return (
    <div className={styles.missing}>
      <Text component="p" size="sm" c="dimmed">
        {t(`offersNone.${tab}`, { name: targetName })}
      </Text>
      <WhyNotHere inspected={inspected} text="" />
    </div>
  )
}

/** Of a server there is nothing to explain: it offers what it offers. */
export function WhyNotHere({ inspected, text }: { inspected: Inspected; text: string }) {
  const { target, tab } = inspected
  if (!target || target.kind === 'server' || tab !== 'tools') return null
  const { id } = target
  const place = target.kind === 'namespace' ? { namespaceId: id } : { endpointId: id }
  return <AskWhy {...place} text={text} />
}

function ServerOff({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation('inspector')
  const trpc = useTRPC()
  const turnOn = useMutation(trpc.servers.setEnabled.mutationOptions())
  return (
    <div className={styles.pad}>
      <Problem
        tone="warn"
        title={t('off.title', { name })}
        text={t('off.text')}
        actions={
          <Button
            loading={turnOn.isPending}
            onClick={() => {
              turnOn.mutate(
                { id, enabled: true },
                { onError: (error) => tellProblem(error, t('off.title', { name })) },
              )
            }}
          >
            {t('off.turnOn')}
          </Button>
        }
      />
    </div>
  )
}

/** Where a server's trouble is told, with what helps. */
export function GoToServer({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation('inspector')
  const navigate = useNavigate()
  return (
    <Button onClick={() => void navigate({ to: '/servers', search: { selected: id } })}>
      {t('goTo', { name })}
    </Button>
  )
}
