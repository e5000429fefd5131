import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { LoggedCallDetail } from '../../../../shared/calls.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useFormat } from '../../ui/use-format.ts'
import { useWhen } from '../../ui/use-when.ts'
import styles from './calls.module.css'
import type { CallView } from './use-call-view.ts'
import { hasFailed, useCallWords } from './use-call-words.ts'
import { useRecording } from './use-recording.ts'
import { useReplay } from './use-replay.ts'

const CodeView = lazy(() =>
  import('../../ui/code-view.tsx').then((module) => ({ default: module.CodeView })),
)

/** One call: what became of it, how long it took, and what was kept of it. */
export function CallPane({ id, address }: { id: number; address: CallView }) {
  const { t } = useTranslation('calls')
  const client = useTRPCClient()
  // It is over: nothing that happens changes it.
  const { data, error } = useQuery({
    queryKey: ['call', id],
    queryFn: () => client.calls.get.query({ id }),
    staleTime: Infinity,
    retry: false,
  })
  if (error) return <Problem tone="warn" title={t('gone')} text={t('goneText')} />
  if (!data) return <LoadingRows height={28} rows={4} />
  return <Call key={id} call={data} address={address} />
}

function Call({ call, address }: { call: LoggedCallDetail; address: CallView }) {
  const { t } = useTranslation('calls')
  const when = useWhen()
  const words = useCallWords()
  const replay = useReplay(call)
  const { at, name, outcome, error } = call
  const isShown = outcome !== 'ok'
  const title = outcome === 'cancelled' ? t('outcome.cancelled') : t('outcome.failed')
  return (
    <div className={styles.pane}>
      <header>
        <h2 className={styles.title} translate="no">
          {words.name(call)}
        </h2>
        <p className={styles.note}>
          {[when.moment(new Date(at).toISOString()), words.client(call), call.endpoint].join(' · ')}
        </p>
      </header>
      {isShown && (
        <Problem
          tone={hasFailed(call) ? 'bad' : 'warn'}
          title={title}
          text={error ?? (outcome === 'cancelled' ? t('cancelledText') : t('ourFault'))}
        />
      )}
      <div className={styles.buttons}>
        <Button disabled={!replay} onClick={() => replay?.()}>
          {t('replay')}
        </Button>
        {name !== null && address.said.name !== name && (
          <Button onClick={() => address.go({ name })}>{t('onlyThis')}</Button>
        )}
      </div>
      <Facts call={call} />
      <Payload call={call} what="arguments" />
      <Payload call={call} what="result" />
    </div>
  )
}

function Facts({ call }: { call: LoggedCallDetail }) {
  const { t } = useTranslation('calls')
  const { number, about, duration } = useFormat()
  const words = useCallWords()
  const { client, clientVersion, outcome, argumentsSize, resultSize, resultTokens } = call
  const size = (characters: number | null) =>
    characters === null ? '–' : t('characters', { count: characters, number: number(characters) })
  const tokens = resultTokens ? ` · ${t('aboutTokens', { number: about(resultTokens) })}` : ''
  const exact = call.ms < 1_000 ? t('ms', { number: call.ms.toFixed(3) }) : duration(call.ms)
  const facts: [string, ReactNode][] = [
    [t('took'), exact],
    [t('outcomeLabel'), outcome === 'ok' ? t('outcome.ok') : <code>{outcome}</code>],
    [t('what.server'), call.server === null ? '–' : <ServerLink name={call.server} />],
    [t('method'), <code key="method">{call.method}</code>],
    [t('client'), [client ?? t('nameless'), clientVersion].filter(Boolean).join(' ')],
    [t('calledBy'), words.caller(call.caller)],
    [t('arguments.label'), size(argumentsSize)],
    [t('result.label'), size(resultSize) + tokens],
  ]
  return (
    <dl className={styles.facts}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function ServerLink({ name }: { name: string }) {
  const servers = useQuery(useTRPC().servers.list.queryOptions()).data
  const server = servers?.find((one) => one.name === name)
  if (!server) return name
  return (
    <Link to="/servers" search={{ selected: server.id }} className={styles.link}>
      {name}
    </Link>
  )
}

type PayloadProps = { call: LoggedCallDetail; what: 'arguments' | 'result' }

/** What was asked or answered, where it was kept. */
function Payload({ call, what }: PayloadProps) {
  const { t } = useTranslation('calls')
  const kept = call[what]
  const label = t(`${what}.label`)
  return (
    <div>
      <h3 className={styles.heading}>{label}</h3>
      {kept === null && what === 'result' && call.arguments !== null && call.outcome !== 'ok' ? (
        <p className={styles.note}>{t('result.none')}</p>
      ) : kept === null ? (
        <NotRecorded endpoint={call.endpoint} />
      ) : (
        <Suspense fallback={<LoadingRows rows={2} height={28} />}>
          <CodeView text={pretty(kept)} language="json" label={label} maxHeight={320} />
        </Suspense>
      )}
    </div>
  )
}

function NotRecorded({ endpoint }: { endpoint: string }) {
  const { t } = useTranslation('calls')
  const { isOn, begin } = useRecording(endpoint)
  return (
    <p className={styles.note}>
      {t('recording.not')}{' '}
      {isOn
        ? t('recording.on')
        : begin && (
            <Button variant="subtle" size="compact-xs" onClick={() => void begin()}>
              {t('recording.begin')}
            </Button>
          )}
    </p>
  )
}

/** What was cut is no JSON any more, and shown as it is. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
