import { useTranslation } from 'react-i18next'
import type {
  NamespaceOffer,
  OfferedPrompt,
  OfferedResource,
  OfferedServer,
} from '../../../../shared/offer.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { Machine } from '../../ui/machine.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import styles from './namespaces.module.css'

type OtherListProps = {
  offer: NamespaceOffer
  filter: string
  onFilter: (text: string) => void
  selectedId: string | null
  onSelect: (id: string) => void
}

type Item<T> = { id: string; server: OfferedServer; one: T }

/** Prompts by server; they are on and off with it. */
export function PromptList(props: OtherListProps) {
  const { offer, filter, selectedId, onSelect } = props
  const { t } = useTranslation('namespaces')
  const items = itemsOf(offer, filter, (server) =>
    server.prompts.map((one) => [one.name, `${one.name} ${one.description ?? ''}`, one]),
  )
  const columns: Column<Item<OfferedPrompt>>[] = [
    { key: 'server', label: t('column.server'), width: 140, render: ({ server }) => server.name },
    {
      key: 'name',
      label: t('column.name'),
      width: 240,
      render: ({ one, server }) => (
        <span className={isOn(server) ? styles.toolName : styles.toolOff} translate="no">
          {one.name}
        </span>
      ),
    },
    {
      key: 'description',
      label: t('column.description'),
      render: ({ one }) => (
        <span title={one.description ?? ''}>{one.description ?? one.title}</span>
      ),
    },
    { key: 'state', label: t('column.offered'), width: 90, render: (item) => <On item={item} /> },
  ]
  if (items.length === 0) return <Nothing kind="prompts" {...props} />
  return (
    <Rows
      label={t('tab.prompts')}
      rowHeight={28}
      items={items}
      getId={(item) => item.id}
      getText={(item) => item.one.name}
      columns={columns}
      selectedId={selectedId}
      onSelect={onSelect}
    />
  )
}

/** Resources and templates by server: the first server in order that lists a URI has it. */
export function ResourceList(props: OtherListProps) {
  const { offer, filter, selectedId, onSelect } = props
  const { t } = useTranslation('namespaces')
  const items = itemsOf(offer, filter, (server) =>
    server.resources.map((one) => [one.uri, `${one.uri} ${one.name ?? ''}`, one]),
  )
  const columns: Column<Item<OfferedResource>>[] = [
    { key: 'server', label: t('column.server'), width: 140, render: ({ server }) => server.name },
    { key: 'uri', label: t('column.uri'), render: ({ one }) => <Machine text={one.uri} /> },
    { key: 'name', label: t('column.name'), width: 180, render: ({ one }) => one.name ?? '–' },
    {
      key: 'kind',
      label: t('column.kind'),
      width: 120,
      render: ({ one }) => (one.isTemplate ? t('template') : (one.mimeType ?? t('resource'))),
    },
    {
      key: 'state',
      label: t('column.offered'),
      width: 150,
      render: (item) =>
        item.one.lostTo === null ? (
          <On item={item} />
        ) : (
          <span className={styles.dim}>{t('state.lostTo', { server: item.one.lostTo })}</span>
        ),
    },
  ]
  if (items.length === 0) return <Nothing kind="resources" {...props} />
  return (
    <Rows
      label={t('tab.resources')}
      rowHeight={28}
      items={items}
      getId={(item) => item.id}
      getText={(item) => item.one.uri}
      columns={columns}
      selectedId={selectedId}
      onSelect={onSelect}
    />
  )
}

function Nothing({
  kind,
  offer,
  filter,
  onFilter,
}: OtherListProps & { kind: 'prompts' | 'resources' }) {
  const { t } = useTranslation('namespaces')
  const values = { name: offer.name, text: filter.trim() }
  if (values.text === '') {
    return <Empty title={t(`noItems.${kind}`)} text={t(`noItems.${kind}Text`, values)} />
  }
  return <NoMatch text={t(`noItem.${kind}`, values)} onClear={() => onFilter('')} />
}

function On({ item }: { item: { server: OfferedServer } }) {
  const { t } = useTranslation('namespaces')
  const { server } = item
  return (
    <span className={styles.dim}>
      {server.enabled ? t(server.on ? 'on' : 'off') : t('state.serverOff')}
    </span>
  )
}

function isOn(server: OfferedServer): boolean {
  return server.on && server.enabled
}

/** What has every word of the filter in its text. */
function itemsOf<T>(
  offer: NamespaceOffer,
  filter: string,
  listOf: (server: OfferedServer) => [string, string, T][],
): Item<T>[] {
  const terms = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return offer.servers.flatMap((server) =>
    listOf(server).flatMap(([id, text, one]) => {
      const hay = `${server.name} ${text}`.toLowerCase()
      return terms.every((term) => hay.includes(term))
        ? [{ id: `${server.id}/${id}`, server, one }]
        : []
    }),
  )
}
