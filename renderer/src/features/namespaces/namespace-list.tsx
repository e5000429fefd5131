import { Switch, VisuallyHidden } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { OwnerWord, ShareField, useLockWords } from '../../shell/sharing.tsx'
import { useTRPC } from '../../trpc.ts'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { NameField } from './name-field.tsx'
import styles from './namespaces.module.css'
import { useFormat } from '../../ui/use-format.ts'
import { useDefinition, useIsLocked } from './use-locked.ts'
import { useNamespaceChanges } from './use-namespace-changes.ts'

export type Naming = { kind: 'new' } | { kind: 'rename'; id: string } | null

export type NamespaceListProps = {
  summaries: readonly NamespaceSummary[]
  current: NamespaceSummary | null
  naming: Naming
  onNaming: (naming: Naming) => void
  onSelect: (id: string | undefined) => void
  /** Below what clients get. */
  children?: React.ReactNode
}

/** All namespaces, each with its switch and how many tools it offers. */
export function NamespaceList(props: NamespaceListProps) {
  const { summaries, current, naming, onNaming, onSelect, children } = props
  const { t } = useTranslation('namespaces')
  const { create, rename, toggle, remove } = useNamespaceChanges(props)
  const isLocked = useIsLocked()
  const names = summaries.map((summary) => summary.name)
  const columns = useColumns({
    toggle,
    renamed: naming?.kind === 'rename' ? naming.id : null,
    field: (summary) => (
      <NameField
        label={t('name.label')}
        initial={summary.name}
        taken={names.filter((name) => name !== summary.name)}
        onCancel={() => onNaming(null)}
        onDone={(name) => rename(summary, name)}
      />
    ),
  })
  return (
    <nav className={styles.namespaces} aria-label={t('title')}>
      <div className={styles.namespaceRows} style={{ height: Math.min(summaries.length, 12) * 32 }}>
        <Rows
          label={t('title')}
          items={summaries}
          getId={(summary) => summary.id}
          getText={(summary) => summary.name}
          columns={columns}
          isHeaderHidden
          selectedId={current?.id ?? null}
          onSelect={onSelect}
          onToggle={(summary) => !isLocked(summary.id) && toggle(summary)}
          onRename={({ id }) => !isLocked(id) && onNaming({ kind: 'rename', id })}
          onRemove={(summary) => !isLocked(summary.id) && remove(summary)}
        />
      </div>
      {naming?.kind === 'new' && (
        <div className={styles.naming}>
          <NameField
            label={t('name.label')}
            taken={names}
            onCancel={() => onNaming(null)}
            onDone={create}
          />
        </div>
      )}
      {current && <Facts summary={current} />}
      {children}
      {current && <Sharing id={current.id} />}
    </nav>
  )
}

type Columns = {
  toggle: (summary: NamespaceSummary) => void
  renamed: string | null
  field: (summary: NamespaceSummary) => React.ReactNode
}

function useColumns({ toggle, renamed, field }: Columns): Column<NamespaceSummary>[] {
  const { t } = useTranslation('namespaces')
  const { number } = useFormat()
  return [
    {
      key: 'on',
      label: t('column.on'),
      width: 32,
      render: (summary) => <OnSwitch summary={summary} onToggle={toggle} />,
    },
    {
      key: 'name',
      label: t('column.name'),
      render: (summary) => (summary.id === renamed ? field(summary) : <Name summary={summary} />),
    },
    {
      key: 'tools',
      label: t('column.tools'),
      width: 40,
      align: 'right',
      render: (summary) => {
        if (!summary.enabled) return <span className={styles.dim}>{t('off')}</span>
        const isUnknown = summary.tools === 0 && summary.unseen > 0
        return (
          <span className={styles.number}>
            {isUnknown ? '–' : number(summary.tools)}
            <VisuallyHidden> {t('toolsWord')}</VisuallyHidden>
          </span>
        )
      },
    },
  ]
}

type OnSwitchProps = { summary: NamespaceSummary; onToggle: Columns['toggle'] }

function OnSwitch({ summary, onToggle }: OnSwitchProps) {
  const { t } = useTranslation('namespaces')
  const definition = useDefinition(summary.id)
  const lockWords = useLockWords()
  const locked = definition && lockWords(definition)
  return (
    <Switch
      tabIndex={-1}
      checked={summary.enabled}
      disabled={locked !== undefined}
      aria-label={t('switch', { name: summary.name })}
      onChange={() => onToggle(summary)}
      wrapperProps={{
        title: locked,
        onMouseDown: (event: React.MouseEvent) => event.preventDefault(),
        onClick: (event: React.MouseEvent) => event.stopPropagation(),
      }}
    />
  )
}

function Name({ summary: { id, name } }: { summary: NamespaceSummary }) {
  const definition = useDefinition(id)
  return (
    <>
      {name}
      {definition && <OwnerWord thing={definition} />}
    </>
  )
}

function Sharing({ id }: { id: string }) {
  const definition = useDefinition(id)
  const update = useMutation(useTRPC().namespaces.update.mutationOptions())
  return (
    definition && (
      <div className={styles.facts}>
        <ShareField
          thing={definition}
          onChange={(shared) => update.mutateAsync({ id, patch: { shared } })}
        />
      </div>
    )
  )
}

/** What clients of the namespace get, in numbers. */
function Facts({ summary }: { summary: NamespaceSummary }) {
  const { t } = useTranslation('namespaces')
  const { about } = useFormat()
  const { enabled, tools, tokens, prompts, resources, servers, serversOn, unseen } = summary
  const { endpoints } = summary
  return (
    <div className={styles.facts}>
      <h2 className={styles.label}>{t('facts.title')}</h2>
      {servers === 0 ? (
        <div>{t('facts.noTools')}</div>
      ) : enabled ? (
        <>
          <div>{t('facts.tools', { count: tools })}</div>
          <div>{t('facts.tokens', { count: tokens, about: about(tokens) })}</div>
          <div>{t('facts.prompts', { count: prompts })}</div>
          <div>{t('facts.resources', { count: resources })}</div>
        </>
      ) : (
        <div>{t('facts.nothing')}</div>
      )}
      {servers > 0 && (
        <>
          <h2 className={styles.label}>{t('facts.from')}</h2>
          <div>{t('facts.servers', { count: servers, on: serversOn })}</div>
        </>
      )}
      {unseen > 0 && <div>{t('facts.unseen', { count: unseen })}</div>}
      <h2 className={styles.label}>{t('facts.seenBy')}</h2>
      {endpoints.length === 0 ? (
        <div>{t('facts.noEndpoint')}</div>
      ) : (
        endpoints.map((endpoint) => <div key={endpoint}>{endpoint}</div>)
      )}
    </div>
  )
}
