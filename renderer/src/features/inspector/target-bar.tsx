import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { serverState } from '../../../../shared/server-state.ts'
import { State } from '../../ui/state.tsx'
import styles from './inspector.module.css'
import { readTarget, targetText } from './target.ts'
import type { Inspected } from './use-inspected.ts'

/** What is looked at, how it is, and which era it speaks. */
export function TargetBar({ inspected }: { inspected: Inspected }) {
  const { t } = useTranslation('inspector')
  const { targets, target, setTarget } = inspected
  if (!targets || !target) return null
  const group = (kind: 'server' | 'namespace' | 'endpoint') => ({
    group: t(`kinds.${kind}`),
    items: targets[`${kind}s`].map(({ id, name }) => ({
      value: targetText({ kind, id }),
      label: name,
    })),
  })
  const groups = [group('namespace'), group('endpoint'), group('server')]
  return (
    <span className={styles.target}>
      <Select
        className={styles.picker}
        aria-label={t('target')}
        searchable
        allowDeselect={false}
        nothingFoundMessage={t('noTarget')}
        maxDropdownHeight={360}
        data={groups.filter(({ items }) => items.length > 0)}
        value={targetText(target)}
        onChange={(value) => {
          const next = readTarget(value ?? undefined)
          if (next) setTarget(next)
        }}
      />
      <span className={styles.aside}>{t(`kind.${target.kind}`)}</span>
      <TargetState inspected={inspected} />
    </span>
  )
}

function TargetState({ inspected: { targets, target, offer } }: { inspected: Inspected }) {
  const { t } = useTranslation(['inspector', 'shared'])
  const era = offer.data?.era
  const server = target?.kind === 'server' && targets?.servers.find(({ id }) => id === target.id)
  if (!server) return null
  const { tone, words } = serverState(server)
  return (
    <>
      <State tone={tone}>{t(`shared:${words.key}`, words.values)}</State>
      {era && (
        <span className={styles.aside} title={offer.data?.protocolVersion ?? ''}>
          {t(`era.${era}`)}
        </span>
      )}
    </>
  )
}
