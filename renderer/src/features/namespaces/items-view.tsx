import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { Rows } from '../../ui/rows.tsx'
import { BulkBar } from './bulk-bar.tsx'
import type { Draft } from './draft.ts'
import { parseFilter } from './filter-words.ts'
import { useItemColumns } from './item-columns.tsx'
import { isChanged, itemsOf, matching, nameOf, type ItemNode, type ItemTab } from './item-model.ts'
import { ItemPane } from './item-pane.tsx'
import { useItemActions, type ItemActions } from './use-items.ts'
import type { NamespaceActions } from './use-namespace.ts'

export type ItemsViewProps = {
  offer: NamespaceOffer
  tab: ItemTab
  actions: NamespaceActions
  filter: string
  onFilter: (text: string) => void
  /** The selected row; empty for none. */
  item: string
  onItem: (id: string) => void
}

/** The prompts or the resources of a namespace by server, and the selected one. */
export function ItemsView(props: ItemsViewProps) {
  const { offer, tab, filter, onFilter, item, onItem } = props
  const { t } = useTranslation('namespaces')
  const items = useItemActions(offer.id)
  const all = useMemo(() => itemsOf(offer, tab), [offer, tab])
  const nodes = useMemo(() => matching(all, parseFilter(filter)), [all, filter])
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const nameField = useRef<HTMLInputElement>(null)
  const [drafts] = useState(() => new Map<string, Draft>())
  const node = all.find((one) => one.id === item)
  const columns = useItemColumns({ tab, items, isNarrow: node !== undefined })
  const values = { name: offer.name, text: filter.trim() }
  if (all.length === 0) {
    return <Empty title={t(`noItems.${tab}`)} text={t(`noItems.${tab}Text`, values)} />
  }
  if (nodes.length === 0) {
    return <NoMatch text={t(`noItem.${tab}`, values)} onClear={() => onFilter('')} />
  }
  return (
    <>
      <ListAndPane
        list={
          <Rows
            label={t(`tab.${tab}`)}
            rowHeight={28}
            items={nodes}
            columns={columns}
            getId={(one) => one.id}
            getText={nameOf}
            selectedId={item || null}
            onSelect={onItem}
            marked={marked}
            onMark={setMarked}
            onToggle={items.switchItem}
            onRename={() => nameField.current?.focus()}
            onKey={copies}
          />
        }
        pane={node ? <ItemPane {...props} {...{ items, node, nameField, drafts }} /> : null}
        label={node ? nameOf(node) : t(`tab.${tab}`)}
        onClose={() => onItem('')}
      />
      <MarkedBar
        {...{ tab, items }}
        nodes={all.filter(({ id }) => marked.has(id))}
        isAlone={node === undefined}
        onDone={() => setMarked(new Set())}
      />
    </>
  )
}

/** ⌘C takes the name, or the URI. */
function copies(event: React.KeyboardEvent, node: ItemNode): boolean {
  if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== 'c') return false
  void navigator.clipboard.writeText(nameOf(node))
  return true
}

type MarkedBarProps = {
  tab: ItemTab
  items: ItemActions
  nodes: readonly ItemNode[]
  isAlone: boolean
  onDone: () => void
}

/** What can be done with many of them at once. */
function MarkedBar({ tab, items, nodes, isAlone, onDone }: MarkedBarProps) {
  const { t } = useTranslation('namespaces')
  const { isLocked } = items
  return (
    <BulkBar
      isOpen={nodes.length > 0}
      label={t(`bulk.${tab}`)}
      count={t(`facts.${tab}`, { count: nodes.length })}
      isAlone={isAlone}
      onDone={onDone}
      acts={[
        { label: t('on'), isOff: isLocked, run: () => items.switchItems(nodes, true) },
        { label: t('off'), isOff: isLocked, run: () => items.switchItems(nodes, false) },
        {
          label: t('menu.reset'),
          isOff: isLocked || !nodes.some(isChanged),
          run: () => items.reset(nodes),
        },
      ]}
    />
  )
}
