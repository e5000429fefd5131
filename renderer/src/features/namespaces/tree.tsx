import { VisuallyHidden } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { Rows } from '../../ui/rows.tsx'
import { tell } from '../../ui/undo.ts'
import { moved, type ServerSwitch } from './offer-changes.ts'
import { TreeDrag } from './tree-drag.tsx'
import type { Node, ServerNode } from './tree-model.ts'
import type { RowActions } from './row-actions.ts'
import { useTreeColumns } from './tree-columns.tsx'

export type TreeProps = RowActions & {
  offer: NamespaceOffer
  nodes: readonly Node[]
  /** The pane is open beside it. */
  isNarrow: boolean
  selectedId: string | null
  onSelect: (id: string) => void
  marked: ReadonlySet<string>
  onMark: (ids: ReadonlySet<string>) => void
  onOrder: (members: ServerSwitch[]) => void
  onDragging: (isDragging: boolean) => void
  onRemoveServer: (serverId: string) => void
  onRenameTool: (id: string) => void
}

/** The servers of a namespace in their order, each with its tools: switches, names and sizes. */
export function Tree(props: TreeProps) {
  const { offer, nodes, selectedId, onSelect, marked, onMark } = props
  const { t } = useTranslation('namespaces')
  const [spoken, setSpoken] = useState('')
  const columns = useTreeColumns(props, props.isNarrow)

  const move = ({ server, index }: ServerNode, by: number) => {
    const members = moved(offer, server.id, index + by)
    if (!members) return
    props.onOrder(members)
    const [position, count] = [index + by + 1, members.length]
    setSpoken(t('order.now', { name: server.name, position, count }))
  }
  return (
    <TreeDrag offer={offer} onOrder={props.onOrder} onDragging={props.onDragging}>
      <Rows
        label={t('tree', { name: offer.name })}
        items={nodes}
        rowHeight={28}
        columns={columns}
        getId={(node) => node.id}
        getText={(node) => (node.kind === 'server' ? node.server.name : node.tool.tool)}
        selectedId={selectedId}
        onSelect={onSelect}
        marked={marked}
        onMark={onMark}
        onOpen={(node) => node.kind === 'server' && props.onFold(node)}
        onToggle={props.onToggle}
        onRemove={(node) => node.kind === 'server' && props.onRemoveServer(node.server.id)}
        onRename={(node) => node.kind === 'tool' && props.onRenameTool(node.id)}
        onKey={keysOf({ ...props, move })}
      />
      <VisuallyHidden role="status">{spoken}</VisuallyHidden>
    </TreeDrag>
  )
}

type Keyed = TreeProps & { move: (node: ServerNode, by: number) => void }

/** The keys that only a tree with an order has. */
function keysOf({ onFold, onSelect, onWhy, move }: Keyed) {
  return (event: React.KeyboardEvent, node: Node): boolean => {
    const { key, altKey } = event
    if (altKey && key === 'Enter' && node.kind === 'tool') {
      onWhy(node)
      return true
    }
    if ((event.metaKey || event.ctrlKey) && key.toLowerCase() === 'c') {
      void copyName(node).then(tell)
      return true
    }
    if (node.kind === 'tool') {
      if (key !== 'ArrowLeft') return false
      onSelect(node.server.id)
      return true
    }
    if (altKey && (key === 'ArrowUp' || key === 'ArrowDown')) {
      move(node, key === 'ArrowUp' ? -1 : 1)
      return true
    }
    const isFold = key === (node.isFolded ? 'ArrowRight' : 'ArrowLeft')
    if (isFold) onFold(node)
    return isFold
  }
}

async function copyName(node: Node): Promise<string> {
  const name = node.kind === 'server' ? node.server.name : node.tool.name
  await navigator.clipboard.writeText(name)
  return name
}
