import { Button, Menu, Popover } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { neighbourOf } from '../../ui/doing.ts'
import { menuColumn, switchColumn } from '../../ui/named-columns.tsx'
import { RenameField } from '../../ui/rename-field.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useListAddress } from '../../ui/use-address.ts'
import { useWhen } from '../../ui/use-when.ts'
import { ExpiryWord } from './expiry.tsx'
import styles from './keys.module.css'
import { LONGEST_NAME } from './new-key.tsx'
import { ScopeField } from './scope-field.tsx'
import { useKeyActions } from './use-key-actions.ts'
import type { ShownKey } from './use-keys.ts'

type KeyRowsProps = {
  keys: readonly ShownKey[]
  endpoints: readonly { id: string; name: string }[]
}

/** The keys: what each opens, when it was last used, and until when it does. */
export function KeyRows({ keys, endpoints }: KeyRowsProps) {
  const { t } = useTranslation('keys')
  const { search, go } = useListAddress()
  const actions = useKeyActions()
  const [renamed, setRenamed] = useState<string | null>(null)
  const revoke = (key: ShownKey) => {
    go({ selected: neighbourOf(keys, key.id) })
    void actions.revoke(key)
  }
  const columns = useColumns({ endpoints, renamed, setRenamed, revoke })
  return (
    <Rows
      label={t('title')}
      columns={columns}
      items={keys}
      getId={({ id }) => id}
      getText={({ name }) => name}
      selectedId={search.selected ?? null}
      onSelect={(selected) => go({ selected })}
      onToggle={(key) => void actions.toggle(key)}
      onRename={({ id }) => setRenamed(id)}
      onRemove={revoke}
    />
  )
}

type Columns = Pick<KeyRowsProps, 'endpoints'> & {
  renamed: string | null
  setRenamed: (id: string | null) => void
  revoke: (key: ShownKey) => void
}

function useColumns({ endpoints, renamed, setRenamed, revoke }: Columns): Column<ShownKey>[] {
  const { t } = useTranslation(['keys', 'ui'])
  const actions = useKeyActions()
  const times = useTimeColumns()
  return [
    switchColumn({
      label: t('columns.on'),
      nameOf: ({ name }) => t('onName', { name }),
      onToggle: (key) => void actions.toggle(key),
    }),
    {
      ...{ key: 'name', label: t('columns.name') },
      render: (key) =>
        key.id === renamed ? (
          <RenameField
            label={t('columns.name')}
            name={key.name}
            maxLength={LONGEST_NAME}
            onCancel={() => setRenamed(null)}
            onDone={(name) => {
              setRenamed(null)
              void actions.rename(key, name)
            }}
          />
        ) : (
          key.name
        ),
    },
    {
      ...{ key: 'begins', label: t('columns.begins'), width: 96, yields: 4 },
      render: ({ begins, hint }) => (
        <code className={styles.hint} translate="no">
          {begins === null ? `…${hint}` : `${begins}…`}
        </code>
      ),
    },
    {
      ...{ key: 'endpoints', label: t('columns.endpoints') },
      render: (key) => <ScopeCell item={key} endpoints={endpoints} />,
    },
    ...times,
    menuColumn({
      label: t('ui:more'),
      nameOf: ({ name }) => t('moreOf', { name }),
      items: (key) => (
        <>
          <Menu.Item rightSection="F2" onClick={() => setRenamed(key.id)}>
            {t('rename')}
          </Menu.Item>
          <Menu.Item rightSection="⌫" onClick={() => revoke(key)}>
            {t('revoke')}
          </Menu.Item>
        </>
      ),
    }),
  ]
}

function useTimeColumns(): Column<ShownKey>[] {
  const { t } = useTranslation('keys')
  const when = useWhen()
  return [
    {
      ...{ key: 'used', label: t('columns.used'), minWidth: 120, yields: 3 },
      render: ({ used }) => {
        if (!used) return <span className={styles.dim}>{t('never')}</span>
        const client = used.client || t('someClient')
        return <span title={when.moment(used.at)}>{`${when.ago(used.at)} · ${client}`}</span>
      },
    },
    {
      ...{ key: 'made', label: t('columns.made'), width: 104, yields: 1 },
      render: ({ createdAt }) => <span title={when.moment(createdAt)}>{when.date(createdAt)}</span>,
    },
    {
      ...{ key: 'expires', label: t('columns.expires'), width: 104, yields: 2 },
      render: ({ expiresAt }) => <ExpiryWord expiresAt={expiresAt} />,
    },
  ]
}

/** What it opens, and the way to change that; it applies when it is closed. */
function ScopeCell({ item, endpoints }: { item: ShownKey } & Pick<KeyRowsProps, 'endpoints'>) {
  const { t } = useTranslation('keys')
  const { setScope } = useKeyActions()
  const [scope, setDraft] = useState(item.endpoints)
  const [isOpen, setOpen] = useState(false)
  const text = item.opens === 'all' ? t('all') : item.opens.join(', ') || t('none')
  const close = () => {
    setOpen(false)
    const isSame = JSON.stringify(scope) === JSON.stringify(item.endpoints)
    if (!isSame && scope.length > 0) void setScope(item, scope)
  }
  return (
    <Popover
      opened={isOpen}
      onChange={(open) => !open && close()}
      width={280}
      trapFocus
      withinPortal
    >
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          className={styles.scope}
          tabIndex={-1}
          aria-label={t('scopeOf', { name: item.name, scope: text })}
          onClick={(event) => {
            event.stopPropagation()
            setDraft(item.endpoints)
            setOpen(!isOpen)
          }}
        >
          {text}
        </Button>
      </Popover.Target>
      <Popover.Dropdown onClick={(event) => event.stopPropagation()}>
        <ScopeField
          label={t('columns.endpoints')}
          value={scope}
          endpoints={endpoints}
          error={scope.length === 0 ? t('needsEndpoint') : undefined}
          onChange={setDraft}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
