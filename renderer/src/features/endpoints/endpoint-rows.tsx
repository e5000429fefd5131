import { useMediaQuery } from '@mantine/hooks'
import { useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useMayChange } from '../../shell/me.ts'
import { OwnerWord, useLockWords } from '../../shell/sharing.tsx'
import { neighbourOf } from '../../ui/doing.ts'
import { Machine } from '../../ui/machine.tsx'
import { switchColumn } from '../../ui/named-columns.tsx'
import type { Column } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { useListAddress } from '../../ui/use-address.ts'
import { useFormat } from '../../ui/use-format.ts'
import { EndpointName } from './endpoint-name.tsx'
import styles from './endpoints.module.css'
import { NamespaceField } from './namespace-field.tsx'
import { useEndpointActions } from './use-endpoint-actions.ts'
import type { ShownEndpoint } from './use-endpoints.ts'

type EndpointRowsProps = {
  endpoints: readonly ShownEndpoint[]
  /** Of all endpoints: what is shown may be fewer. */
  names: readonly string[]
  namespaces: readonly NamespaceSummary[]
}

/** The endpoints: where each is, what it serves, and who is there. */
export function EndpointRows({ endpoints, names, namespaces }: EndpointRowsProps) {
  const { t } = useTranslation('endpoints')
  const { search, go } = useListAddress()
  const actions = useEndpointActions()
  const mayChange = useMayChange()
  const [renamed, setRenamed] = useState<string | null>(null)
  const remove = (endpoint: ShownEndpoint) => {
    if (!mayChange(endpoint)) return
    go({ selected: neighbourOf(endpoints, endpoint.id) })
    void actions.remove(endpoint)
  }
  const isSmall = useMediaQuery('(max-width: 999px)', false, { getInitialValueInEffect: false })
  const isNarrow = search.selected !== undefined || isSmall
  const columns = useColumns({ isNarrow, names, namespaces, renamed, setRenamed })
  return (
    <Rows
      label={t('title')}
      columns={columns}
      items={endpoints}
      getId={({ id }) => id}
      getText={({ name }) => name}
      selectedId={search.selected ?? null}
      onSelect={(selected) => go({ selected })}
      onToggle={(endpoint) => mayChange(endpoint) && void actions.toggle(endpoint)}
      onRename={(endpoint) => mayChange(endpoint) && setRenamed(endpoint.id)}
      onRemove={remove}
      onKey={copyUrl}
    />
  )
}

/** ⌘C on a row copies its address. */
function copyUrl(event: KeyboardEvent, { url }: ShownEndpoint): boolean {
  const isCopy = (event.metaKey || event.ctrlKey) && event.key === 'c'
  if (!isCopy || url === null) return false
  void navigator.clipboard.writeText(url)
  return true
}

type ColumnsOptions = Pick<EndpointRowsProps, 'names' | 'namespaces'> & {
  /** Beside a pane there is less room, and the pane has the rest. */
  isNarrow: boolean
  renamed: string | null
  setRenamed: (id: string | null) => void
}

function useColumns(options: ColumnsOptions): Column<ShownEndpoint>[] {
  const { isNarrow, names, namespaces, renamed, setRenamed } = options
  const { t } = useTranslation(['endpoints', 'ui'])
  const actions = useEndpointActions()
  const lockedWhy = useLockWords()
  const { about } = useFormat()
  const wide: Column<ShownEndpoint>[] = [
    {
      ...{ key: 'auth', label: t('columns.auth'), width: 96 },
      render: (endpoint) => <AuthWord endpoint={endpoint} />,
    },
  ]
  return [
    switchColumn<ShownEndpoint>({
      label: t('columns.on'),
      nameOf: ({ name }) => t('onName', { name }),
      onToggle: (endpoint) => void actions.toggle(endpoint),
      lockedWhy,
    }),
    {
      ...{ key: 'name', label: t('columns.name'), ...(!isNarrow && { width: 120 }) },
      render: (endpoint) =>
        endpoint.id === renamed ? (
          <EndpointName
            name={endpoint.name}
            taken={names}
            onCancel={() => setRenamed(null)}
            onDone={(name) => {
              setRenamed(null)
              void actions.rename(endpoint, name)
            }}
          />
        ) : (
          <>
            {endpoint.name}
            <OwnerWord thing={endpoint} />
          </>
        ),
    },
    ...(isNarrow ? [] : [urlColumn(t('columns.url'), (name) => t('urlOf', { name }))]),
    {
      ...{ key: 'namespace', label: t('columns.namespace'), width: 140 },
      render: (endpoint) => <NamespaceField endpoint={endpoint} namespaces={namespaces} isInRow />,
    },
    {
      ...{ key: 'tokens', label: t('columns.tokens'), width: 60, align: 'right', yields: 2 },
      render: ({ cost }) => (cost ? about(cost.listed) : t('ui:unknown')),
    },
    ...(isNarrow ? [] : wide),
    {
      ...{ key: 'clients', label: t('columns.clients'), width: 110, yields: 1 },
      render: ({ clients }) => {
        const text = clients.join(', ')
        return <span title={text}>{text || t('ui:unknown')}</span>
      },
    },
  ]
}

function urlColumn(label: string, nameOf: (name: string) => string): Column<ShownEndpoint> {
  return {
    ...{ key: 'url', label },
    render: ({ url, name }) =>
      url && (
        <span className={styles.url} onClick={(event) => event.stopPropagation()}>
          <Machine text={url} label={nameOf(name)} />
        </span>
      ),
  }
}

function AuthWord({ endpoint: { auth } }: { endpoint: ShownEndpoint }) {
  const { t } = useTranslation('endpoints')
  if (!auth.apiKey && !auth.oauth) return <span className={styles.warn}>{t('auth.none')}</span>
  if (!auth.apiKey) return <>{t('auth.oauth')}</>
  const key = t(auth.queryParam ? 'auth.keyInUrl' : 'auth.key')
  return <>{auth.oauth ? t('auth.keyOrOauth', { key }) : key}</>
}
