import { VisuallyHidden } from '@mantine/core'
import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { NewTools } from '../../../../shared/namespace.ts'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { NoMatch } from '../../ui/empty.tsx'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { BulkBar } from './bulk-bar.tsx'
import type { Draft } from './draft.ts'
import { Elsewhere } from './elsewhere.tsx'
import { isEmpty, parseFilter, type Filter } from './filter-words.ts'
import { isHeld } from './held.ts'
import { ServerPane } from './server-pane.tsx'
import { ToolPane } from './tool-pane.tsx'
import { Tree } from './tree.tsx'
import {
  countTools,
  nodeOf,
  nodesOf,
  toolsOf,
  type Node,
  type ServerNode,
  type ToolNode,
} from './tree-model.ts'
import type { NamespaceActions } from './use-namespace.ts'
import { useLook } from './use-look.ts'

type ToolsViewProps = {
  offer: NamespaceOffer
  actions: NamespaceActions
  filter: string
  onFilter: (text: string) => void
  onWhy: (tool: string | undefined) => void
  /** The selected row; empty for none. */
  item: string
  onItem: (id: string) => void
}

/** The tools of a namespace by server, and the selected one. */
export function ToolsView(props: ToolsViewProps) {
  const { offer, actions, filter, item, onItem } = props
  const { t } = useTranslation('namespaces')
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const nameField = useRef<HTMLInputElement>(null)
  const [drafts] = useState(() => new Map<string, Draft>())
  const look = useLook()
  const { parsed, nodes, fold, setDragging } = useNodes(offer, filter)
  const node = useMemo(() => nodeOf(offer, item), [offer, item])
  if (nodes.length === 0) return <NothingFound {...props} parsed={parsed} />
  const name = node?.kind === 'tool' ? node.tool.name : node?.server.name
  return (
    <>
      <ListAndPane
        list={
          <Tree
            offer={offer}
            nodes={nodes}
            isNarrow={node !== null}
            selectedId={item || null}
            onSelect={onItem}
            marked={marked}
            onMark={(ids) => setMarked(withSelected(ids, marked, item))}
            onFold={fold}
            onDragging={setDragging}
            onRenameTool={() => nameField.current?.focus()}
            {...rowActions(props, look)}
          />
        }
        pane={node && <Pane {...props} node={node} nameField={nameField} drafts={drafts} />}
        label={name ?? t('title')}
        onClose={() => onItem('')}
      />
      {!isEmpty(parsed) && (
        <VisuallyHidden role="status">{t('found', { count: countTools(nodes) })}</VisuallyHidden>
      )}
      <MarkedBar
        {...{ offer, marked, actions }}
        isAlone={node === null}
        onDone={() => setMarked(new Set())}
      />
    </>
  )
}

type MarkedBarProps = Pick<ToolsViewProps, 'offer' | 'actions'> & {
  marked: ReadonlySet<string>
  isAlone: boolean
  onDone: () => void
}

/** What can be done with many tools at once; a server stands for all of its tools. */
function MarkedBar({ offer, marked, actions, ...bar }: MarkedBarProps) {
  const { t } = useTranslation('namespaces')
  const { isLocked } = actions
  const tools = marked.size > 0 ? toolsOf(offer, marked) : []
  const isAsServed = tools.every(({ tool }) => Object.keys(tool.changed).length === 0)
  return (
    <BulkBar
      {...bar}
      isOpen={marked.size > 0}
      label={t('bulk.title')}
      count={t('bulk.count', { count: tools.length })}
      acts={[
        { label: t('on'), isOff: isLocked, run: () => actions.switchTools(tools, true) },
        { label: t('off'), isOff: isLocked, run: () => actions.switchTools(tools, false) },
        { label: t('bulk.only'), isOff: isLocked, run: () => actions.onlyTools(offer, tools) },
        {
          label: t('menu.reset'),
          isOff: isLocked || isAsServed,
          run: () => actions.reset(tools),
        },
      ]}
    />
  )
}

/** The first row that is marked joins the selected one. */
function withSelected(
  ids: ReadonlySet<string>,
  before: ReadonlySet<string>,
  selected: string,
): ReadonlySet<string> {
  return before.size === 0 && ids.size === 1 && selected ? new Set([selected, ...ids]) : ids
}

/** The rows to show, by filter and folds. */
function useNodes(offer: NamespaceOffer, filter: string) {
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [isDragging, setDragging] = useState(false)
  // The letters in the box come first; what they leave of two thousand rows follows.
  const sought = useDeferredValue(filter)
  const parsed = useMemo(() => parseFilter(sought), [sought])
  const nodes = useMemo(
    () => nodesOf(offer, parsed, { chosen: folds, isAll: isDragging }),
    [offer, parsed, folds, isDragging],
  )
  const fold = ({ server, isFolded }: { server: { id: string }; isFolded: boolean }) =>
    setFolds(new Map(folds).set(server.id, !isFolded))
  return { parsed, nodes, fold, setDragging }
}

function rowActions({ offer, actions, onWhy }: ToolsViewProps, look: (node: ToolNode) => void) {
  return {
    isLocked: actions.isLocked,
    onToggle: (one: Node) => {
      if (one.kind === 'server') {
        return actions.switchServer(offer, one.server.id, !one.server.on)
      }
      // What waits for a person is looked at where it is shown whole.
      return isHeld(one.tool) ? look(one) : actions.switchTool(one)
    },
    onNewTools: ({ server }: ServerNode, rule: NewTools | null) =>
      actions.setNewTools(offer, server.id, rule),
    onOnly: (one: Node) =>
      void (one.kind === 'server'
        ? actions.onlyServer(offer, one.server.id)
        : actions.onlyTools(offer, [one])),
    onWhy: (one: Node) => onWhy(one.id),
    onReset: (one: Node) => one.kind === 'tool' && void actions.reset([one]),
    onOrder: (members: Parameters<NamespaceActions['setServers']>[0]) =>
      void actions.setServers(members),
    onRemoveServer: (serverId: string) => void actions.removeServer(offer, serverId),
  }
}

type PaneProps = ToolsViewProps & {
  node: Node
  nameField: React.RefObject<HTMLInputElement | null>
  drafts: Map<string, Draft>
}

function Pane({ offer, actions, node, nameField, drafts, onWhy }: PaneProps) {
  if (node.kind === 'server') return <ServerPane offer={offer} node={node} actions={actions} />
  return (
    <ToolPane
      offer={offer}
      node={node}
      actions={actions}
      drafts={drafts}
      nameField={nameField}
      onWhy={() => onWhy(node.id)}
    />
  )
}

type NothingFoundProps = ToolsViewProps & { parsed: Filter }

/** Nothing matches here; it may exist elsewhere. */
function NothingFound({ offer, filter, parsed, onFilter, onWhy }: NothingFoundProps) {
  const text = filter.trim()
  const { t } = useTranslation('namespaces')
  const isText = parsed.words.length === 0
  return (
    <NoMatch
      text={t(isText ? 'noMatch.text' : 'noMatch.words', { text, name: offer.name })}
      onClear={() => onFilter('')}
    >
      {isText && <Elsewhere text={text} onWhy={onWhy} />}
    </NoMatch>
  )
}
