import { Badge, UnstyledButton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { RegistryCopy, RegistryServer } from '../../../../shared/add-server.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { useWhen } from '../../ui/use-when.ts'
import styles from './add-server.module.css'

type RegistryListProps = {
  words: string
  list: RefObject<HTMLUListElement | null>
  onChoose: (server: RegistryServer) => void
}

/** Servers of the registry, from the copy on this machine. */
export function RegistryList({ words, list, onChoose }: RegistryListProps) {
  const { t } = useTranslation('add-server')
  const trpc = useTRPC()
  const client = useTRPCClient()
  const isSearch = words !== ''
  const { data } = useQuery(
    trpc.adding.search.queryOptions(
      { text: words.slice(0, 200) },
      { placeholderData: keepPreviousData },
    ),
  )
  useEffect(() => {
    // Nobody outside is asked before somebody searches.
    if (isSearch) void client.adding.freshen.mutate().catch(() => undefined)
  }, [client, isSearch])
  if (!data) return <LoadingRows rows={6} height={56} />
  // Until the answer to these words is there, the caption is that of what is shown.
  const { text, results, copy } = data
  return (
    <section aria-label={t('registry.title')}>
      <div className={styles.caption}>
        <span role="status">
          {text !== ''
            ? t('registry.results', { count: results.length, words: text })
            : t('registry.wellKnown')}
        </span>
        {isSearch && <CopyState copy={copy} />}
      </div>
      {results.length === 0 && <p className={styles.note}>{t('registry.none')}</p>}
      <ul className={styles.results} ref={list} onKeyDown={moveByArrows}>
        {results.map((server) => (
          <li key={server.id}>
            <UnstyledButton className={styles.result} onClick={() => onChoose(server)}>
              <span className={styles.resultTitle}>
                {server.title}
                {server.deprecated && (
                  <Badge color="gray" variant="light" size="sm">
                    {t('registry.deprecated')}
                  </Badge>
                )}
                <span className={styles.id} translate="no">
                  {server.id}
                </span>
              </span>
              <span className={styles.note}>{server.description}</span>
              <code translate="no">{server.runs}</code>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** How old what is searched is; why it is not younger. */
function CopyState({ copy }: { copy: RegistryCopy }) {
  const { t } = useTranslation('add-server')
  const { ago } = useWhen()
  const count = copy.servers
  const state = copy.refreshing
    ? t('registry.refreshing', { count })
    : copy.fetchedAt === null
      ? t('registry.shipped')
      : t('registry.age', { count, age: ago(copy.fetchedAt) })
  return (
    <span>
      {copy.problem !== null && !copy.refreshing ? `${copy.problem} ` : ''}
      {state}
    </span>
  )
}

function moveByArrows(event: React.KeyboardEvent<HTMLUListElement>): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
  const step = steps[event.key]
  if (step === undefined) return
  event.preventDefault()
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.findIndex((button) => button === document.activeElement)
  buttons[at + step]?.focus()
}
