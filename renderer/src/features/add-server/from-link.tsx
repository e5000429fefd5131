import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Found, FoundDefinition, FoundEntry } from '../../../../shared/add-server.ts'
import { useTRPCClient } from '../../trpc.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Problem } from '../../ui/problem.tsx'
import styles from './add-server.module.css'
import { Frame } from './frame.tsx'
import { NeededValues } from './needed-values.tsx'
import { headersOf } from './runs.tsx'
import { TargetField } from './target-field.tsx'
import { useAdd } from './use-add.ts'
import { missingIn, useChoices } from './use-choices.ts'
import { useTarget } from './use-target.ts'

type FromLinkProps = {
  link: string
  onClose: () => void
  onAdded: (serverId: string | undefined) => void
}

const NOTHING: Found = {
  ...{ token: null, format: null, entries: [], isEither: false, problem: null },
  words: null,
}

/** What another program wants to add: nothing of it happens before a person has seen all of it. */
export function FromLink({ link, onClose, onAdded }: FromLinkProps) {
  const { t } = useTranslation(['add-server', 'ui'])
  const found = useLink(link)
  const choices = useChoices(found ?? NOTHING)
  const target = useTarget()
  const adding = useAdd(onAdded).found
  const entry = found?.entries[0]
  const choice = entry && choices.of(entry)
  const isReady = entry?.definition && choice && missingIn(entry, choice).length === 0
  const add = () => {
    const { token = null } = found ?? {}
    if (token === null || !isReady) return
    const { namespaceId } = target
    adding.mutate({ token, choices: choices.chosen, namespaceId, approve: true })
  }
  const footer = (
    <>
      <span className={styles.gap} />
      {entry?.definition && (
        <Button disabled={!isReady} loading={adding.isPending} onClick={add}>
          {t('add', { count: 1 })}
        </Button>
      )}
      <Button data-autofocus onClick={onClose}>
        {t('ui:cancel')}
      </Button>
    </>
  )
  return (
    <Frame title={t('title')} footer={footer} onClose={onClose}>
      {!found && <LoadingRows rows={3} />}
      {found && !entry?.definition && (
        <Problem
          title={t('link.refused')}
          text={found.problem ?? entry?.problem ?? t('link.none')}
        />
      )}
      {entry?.definition && choice && (
        <>
          <Wanted entry={entry} definition={entry.definition} />
          <NeededValues
            needs={entry.needs}
            values={choice.values}
            onChange={(values) => choices.change(entry, { values })}
          />
          <TargetField target={target} />
        </>
      )}
      {adding.error && <Problem title={t('notAdded')} text={adding.error.message} />}
    </Frame>
  )
}

type WantedProps = { entry: FoundEntry; definition: FoundDefinition }

/** The whole of it, one argument a line, so that none can hide at the end of a long one. */
function Wanted({ entry, definition }: WantedProps) {
  const { t } = useTranslation('add-server')
  const isLocal = definition.type === 'STDIO'
  const given = isLocal ? definition.envNames : headersOf(definition)
  return (
    <>
      <p className={styles.lead}>{t(isLocal ? 'link.runs' : 'link.reaches')}</p>
      <ol className={styles.words} aria-label={t(isLocal ? 'runs' : 'reaches')} tabIndex={0}>
        {(isLocal ? [definition.command, ...definition.args] : [definition.url]).map(
          (word, index) => (
            <li key={index}>
              <code translate="no">{word}</code>
            </li>
          ),
        )}
      </ol>
      <dl className={styles.facts}>
        <Fact label={t('link.name')} text={entry.willBeCalled} />
        {isLocal && definition.cwd !== null && <Fact label={t('in')} text={definition.cwd} />}
        {given.length > 0 && <Fact label={t(isLocal ? 'with' : 'sends')} text={given.join(', ')} />}
      </dl>
      {entry.leftOut.length > 0 && (
        <p className={styles.note}>{t('leftOut', { names: entry.leftOut.join(', ') })}</p>
      )}
      {entry.reads.length > 0 && (
        <p className={styles.warn}>{t('reads', { names: entry.reads.join(', ') })}</p>
      )}
    </>
  )
}

function Fact({ label, text }: { label: string; text: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd translate="no">{text}</dd>
    </>
  )
}

/** `null` until it was read. */
function useLink(link: string): Found | null {
  const client = useTRPCClient()
  const [read, setRead] = useState<{ link: string; found: Found } | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    client.adding.read.mutate({ text: link }, { signal: abort.signal }).then(
      (found) => setRead({ link, found }),
      (error: unknown) => {
        if (abort.signal.aborted) return
        const problem = error instanceof Error ? error.message : String(error)
        setRead({ link, found: { ...NOTHING, problem } })
      },
    )
    return () => abort.abort()
  }, [client, link])
  return read?.link === link ? read.found : null
}
