import { ActionIcon, Switch } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { FoldedIcon, FoldedOutIcon, HeldIcon, PartlyIcon } from '../../ui/icons.ts'
import type { Column } from '../../ui/row-props.ts'
import { isHeld } from './held.ts'
import { hintsOf } from './hints.ts'
import styles from './namespaces.module.css'
import { keepFocus, ofItsOwn } from './of-its-own.ts'
import type { RowActions } from './row-actions.ts'
import { RowMenu } from './row-menu.tsx'
import { ServerHandle } from './tree-drag.tsx'
import type { Node, ServerNode, ToolNode } from './tree-model.ts'
import { useFormat } from '../../ui/use-format.ts'

/** `isNarrow`: beside the pane, which says the rest. */
export function useTreeColumns(actions: RowActions, isNarrow: boolean): Column<Node>[] {
  const { t } = useTranslation('namespaces')
  const name: Column<Node> = {
    key: 'name',
    label: t('column.name'),
    render: (node) =>
      node.kind === 'server' ? (
        <ServerName node={node} {...actions} />
      ) : (
        <ToolName node={node} isNarrow={isNarrow} {...actions} />
      ),
  }
  const tokens: Column<Node> = {
    key: 'tokens',
    label: t('column.tokens'),
    width: 60,
    align: 'right',
    render: (node) =>
      isNarrow && node.kind === 'server' ? <StateOf node={node} /> : <Tokens node={node} />,
  }
  const menu: Column<Node> = {
    key: 'menu',
    label: t('column.menu'),
    isLabelHidden: true,
    width: 28,
    render: (node, { isSelected }) => isSelected && <RowMenu node={node} {...actions} />,
  }
  if (isNarrow) return [name, tokens, menu]
  return [
    name,
    {
      key: 'state',
      label: t('column.offered'),
      width: 110,
      render: (node) => <StateOf node={node} />,
    },
    tokens,
    menu,
  ]
}

/* Memos, because a list that is scrolled draws all its rows again at every frame. */

const Tokens = memo(function Tokens({ node }: { node: Node }) {
  const { about } = useFormat()
  if (node.kind === 'server') {
    if (node.listed === 0) return <span className={styles.dim}>–</span>
    return <span className={styles.number}>{about(node.tokens)}</span>
  }
  const isHidden = node.tool.hiddenBy !== null
  return <span className={isHidden ? styles.dim : styles.number}>{about(node.tool.tokens)}</span>
})

type ServerNameProps = RowActions & { node: ServerNode }

const ServerName = memo(function ServerName(props: ServerNameProps) {
  const { node, isLocked, onToggle, onFold, onOnly } = props
  const { t } = useTranslation('namespaces')
  const { server, isFolded, listed } = node
  const isPartly = server.on && listed < server.tools.length && server.enabled
  const Fold = isFolded ? FoldedIcon : FoldedOutIcon
  return (
    <ServerHandle server={server} isFixed={isLocked}>
      <ActionIcon
        size={24}
        tabIndex={-1}
        aria-expanded={!isFolded}
        aria-label={t(isFolded ? 'unfold' : 'fold', { name: server.name })}
        onMouseDown={keepFocus}
        onClick={(event) => {
          event.stopPropagation()
          onFold(node)
        }}
      >
        <Fold size={14} />
      </ActionIcon>
      <Switch
        tabIndex={-1}
        checked={server.on}
        disabled={isLocked}
        aria-label={t(isPartly ? 'switchPartly' : 'switch', { name: server.name, count: listed })}
        thumbIcon={isPartly ? <PartlyIcon size={8} stroke={3} className={styles.partly} /> : null}
        wrapperProps={{
          ...ofItsOwn,
          onClick: (event: React.MouseEvent) => {
            event.stopPropagation()
            if (!event.altKey) return
            event.preventDefault()
            onOnly(node)
          },
        }}
        onChange={() => onToggle(node)}
      />
      <span className={server.on && server.enabled ? styles.server : styles.serverOff}>
        {server.name}
      </span>
    </ServerHandle>
  )
})

type ToolNameProps = RowActions & { node: ToolNode; isNarrow: boolean }

const ToolName = memo(function ToolName({ node, isNarrow, isLocked, onToggle }: ToolNameProps) {
  const { t } = useTranslation('namespaces')
  const { tool } = node
  const { readOnlyHint, destructiveHint } = hintsOf(tool)
  const other = tool.changed.name ?? (tool.renamed?.why === 'taken' ? tool.name : null)
  const word = destructiveHint === true ? 'destructive' : readOnlyHint === true ? 'read-only' : null
  return (
    <span className={styles.tool}>
      {isHeld(tool) ? (
        <ActionIcon
          className={styles.held}
          size={24}
          tabIndex={-1}
          aria-label={t('held.look', { name: tool.tool })}
          {...ofItsOwn}
          onClick={(event) => {
            event.stopPropagation()
            onToggle(node)
          }}
        >
          <HeldIcon size={14} />
        </ActionIcon>
      ) : (
        <Switch
          tabIndex={-1}
          checked={tool.on}
          disabled={isLocked}
          aria-label={t('switch', { name: tool.tool })}
          wrapperProps={ofItsOwn}
          onChange={() => onToggle(node)}
        />
      )}
      <span className={tool.hiddenBy === null ? styles.toolName : styles.toolOff} translate="no">
        {tool.tool}
        {other !== null && <span className={styles.other}> → {other}</span>}
      </span>
      {word && !isNarrow && <span className={styles.word}>{t(`word.${word}`)}</span>}
    </span>
  )
})

/** Servers say how much of them is offered, tools why they are not, or that they are changed. */
const StateOf = memo(function StateOf({ node }: { node: Node }) {
  const { t } = useTranslation('namespaces')
  const { number } = useFormat()
  if (node.kind === 'server') {
    const { server, listed } = node
    if (!server.enabled) return <span className={styles.dim}>{t('state.serverOff')}</span>
    if (!server.on) return <span className={styles.dim}>{t('off')}</span>
    if (!server.seen) return <span className={styles.dim}>{t('state.unseen')}</span>
    const values = { listed: number(listed), all: number(server.tools.length) }
    return <span className={styles.number}>{t('state.counts', values)}</span>
  }
  const { tool } = node
  if (tool.hiddenBy === 'tool-new' || tool.hiddenBy === 'tool-changed') {
    return <span className={styles.warn}>{t(`state.${tool.hiddenBy}`)}</span>
  }
  if (tool.hiddenBy !== null) return <span className={styles.dim}>{t('off')}</span>
  if (tool.isChanged) return <span className={styles.warn}>{t('state.changedByServer')}</span>
  const isChanged = Object.keys(tool.changed).length > 0
  return isChanged ? <span className={styles.dim}>{t('word.changed')}</span> : null
})
