import { ActionIcon, Button, Menu, Popover, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { MoreIcon } from '../../ui/icons.ts'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useWhen } from '../../ui/use-when.ts'
import styles from './keys.module.css'
import { ScopeField } from './scope-field.tsx'
import { useKeyActions } from './use-key-actions.ts'
import { useAddress, type ShownKey } from './use-keys.ts'

const LONGEST_NAME = 64

type KeyRowsProps = {
  keys: readonly ShownKey[]
  endpoints: readonly { id: string; name: string }[]
}

/** The keys: what each opens, and when it was last used. */
export function KeyRows({ keys, endpoints }: KeyRowsProps) {
  const { t } = useTranslation('keys')
  const { search, go } = useAddress()
  const actions = useKeyActions()
  const [renamed, setRenamed] = useState<string | null>(null)
  const revoke = (key: ShownKey) => {
    const at = keys.findIndex(({ id }) => id === key.id)
    go({ selected: (keys[at + 1] ?? keys[at - 1])?.id })
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
  const when = useWhen()
  const actions = useKeyActions()
  return [
    {
      ...{ key: 'on', label: t('columns.on'), width: 36 },
      render: (key) => (
        <Switch
          checked={key.enabled}
          aria-label={t('onName', { name: key.name })}
          tabIndex={-1}
          onClick={(event) => event.stopPropagation()}
          onChange={() => void actions.toggle(key)}
        />
      ),
    },
    {
      ...{ key: 'name', label: t('columns.name') },
      render: (key) =>
        key.id === renamed ? <NameField item={key} onDone={() => setRenamed(null)} /> : key.name,
    },
    {
      ...{ key: 'ends', label: t('columns.ends'), width: 96 },
      render: ({ hint }) => (
        <code className={styles.hint} translate="no">
          …{hint}
        </code>
      ),
    },
    {
      ...{ key: 'endpoints', label: t('columns.endpoints') },
      render: (key) => <ScopeCell item={key} endpoints={endpoints} />,
    },
    {
      ...{ key: 'used', label: t('columns.used') },
      render: ({ used }) => {
        if (!used) return <span className={styles.dim}>{t('never')}</span>
        const client = used.client || t('someClient')
        return <span title={when.moment(used.at)}>{`${when.ago(used.at)} · ${client}`}</span>
      },
    },
    {
      ...{ key: 'made', label: t('columns.made'), width: 124 },
      render: ({ createdAt }) => <span title={when.moment(createdAt)}>{when.date(createdAt)}</span>,
    },
    {
      ...{ key: 'more', label: t('ui:more'), width: 28, isLabelHidden: true },
      render: (key) => (
        <RowMenu item={key} onRename={() => setRenamed(key.id)} onRevoke={() => revoke(key)} />
      ),
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

function NameField({ item, onDone }: { item: ShownKey; onDone: () => void }) {
  const { t } = useTranslation('keys')
  const { rename } = useKeyActions()
  const [name, setName] = useState(item.name)
  const finish = () => {
    onDone()
    const given = name.trim()
    if (given !== '' && given !== item.name) void rename(item, given)
  }
  return (
    <TextInput
      autoFocus
      aria-label={t('columns.name')}
      value={name}
      maxLength={LONGEST_NAME}
      onChange={(event) => setName(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={finish}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') finish()
        if (event.key === 'Escape') onDone()
      }}
    />
  )
}

type RowMenuProps = { item: ShownKey; onRename: () => void; onRevoke: () => void }

function RowMenu({ item, onRename, onRevoke }: RowMenuProps) {
  const { t } = useTranslation('keys')
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          tabIndex={-1}
          aria-label={t('moreOf', { name: item.name })}
          onClick={(event) => event.stopPropagation()}
        >
          <MoreIcon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        <Menu.Item rightSection="F2" onClick={onRename}>
          {t('rename')}
        </Menu.Item>
        <Menu.Item rightSection="⌫" onClick={onRevoke}>
          {t('revoke')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
