import { Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Machine } from '../../ui/machine.tsx'
import type { Column } from '../../ui/row-props.ts'
import { isChanged, isOffered, type ItemNode, type ItemTab } from './item-model.ts'
import styles from './namespaces.module.css'
import { ofItsOwn } from './of-its-own.ts'
import type { ItemActions } from './use-items.ts'

type Options = { tab: ItemTab; items: ItemActions; isNarrow: boolean }

/** `isNarrow`: beside the pane, which says the rest. */
export function useItemColumns({ tab, items, isNarrow }: Options): Column<ItemNode>[] {
  const { t } = useTranslation('namespaces')
  const name: Column<ItemNode> = {
    key: 'name',
    label: t(tab === 'prompts' ? 'column.name' : 'column.uri'),
    render: (node) => <ItemName node={node} items={items} />,
  }
  const state: Column<ItemNode> = {
    key: 'state',
    label: t('column.offered'),
    width: 110,
    render: (node) => <StateOf node={node} />,
  }
  if (isNarrow) return [name, state]
  const server: Column<ItemNode> = {
    ...{ key: 'server', label: t('column.server'), width: 140 },
    render: (node) => node.server.name,
  }
  if (tab === 'prompts') {
    const description = {
      key: 'description',
      label: t('column.description'),
      render: descriptionOf,
    }
    return [server, { ...name, width: 260 }, description, state]
  }
  const title = { key: 'title', label: t('column.name'), width: 160, render: titleOf }
  const kind: Column<ItemNode> = {
    ...{ key: 'kind', label: t('column.kind'), width: 120 },
    render: (node) => (node.kind === 'prompt' ? null : kindOf(node, t)),
  }
  return [server, name, title, kind, state]
}

type Translate = ReturnType<typeof useTranslation<'namespaces'>>['t']

function kindOf(node: Exclude<ItemNode, { kind: 'prompt' }>, t: Translate): string {
  return node.kind === 'template' ? t('template') : (node.one.mimeType ?? t('resource'))
}

function descriptionOf({ one }: ItemNode) {
  const text = one.changed.description ?? one.description ?? one.changed.title ?? one.title
  return <span title={text ?? ''}>{text}</span>
}

function titleOf({ one }: ItemNode): string {
  return one.changed.title ?? one.title ?? one.name ?? '–'
}

function ItemName({ node, items }: { node: ItemNode; items: ItemActions }) {
  const { t } = useTranslation('namespaces')
  const { item, one, kind } = node
  const other = kind === 'prompt' && one.name !== one.exposed ? one.name : null
  return (
    <span className={styles.item}>
      <Switch
        tabIndex={-1}
        checked={one.on}
        disabled={items.isLocked}
        aria-label={t('switch', { name: item })}
        wrapperProps={ofItsOwn}
        onChange={() => items.switchItem(node)}
      />
      {kind === 'prompt' ? (
        <span className={isOffered(node) ? styles.toolName : styles.toolOff} translate="no">
          {item}
          {other !== null && <span className={styles.other}> → {other}</span>}
        </span>
      ) : (
        <span className={isOffered(node) ? styles.uri : styles.uriOff}>
          <Machine text={item} />
        </span>
      )}
    </span>
  )
}

function StateOf({ node }: { node: ItemNode }) {
  const { t } = useTranslation('namespaces')
  const { one, server } = node
  if ('lostTo' in one && one.lostTo !== null) {
    return <span className={styles.dim}>{t('state.lostTo', { server: one.lostTo })}</span>
  }
  if (!server.enabled) return <span className={styles.dim}>{t('state.serverOff')}</span>
  if (one.hiddenBy !== null) return <span className={styles.dim}>{t('off')}</span>
  return <span className={styles.dim}>{t(isChanged(node) ? 'word.changed' : 'on')}</span>
}
