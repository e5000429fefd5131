import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { AddIcon } from '../../ui/icons.ts'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { EndpointPane } from './endpoint-pane.tsx'
import { EndpointRows } from './endpoint-rows.tsx'
import styles from './endpoints.module.css'
import { NewEndpoint } from './new-endpoint.tsx'
import { useAddress, useEndpoints } from './use-endpoints.ts'

/** So few are seen at once: nobody has to narrow them. */
const FEW = 8

/** The addresses that clients are given, and who may use them. */
export function Page() {
  const { t } = useTranslation('endpoints')
  const { search, go } = useAddress()
  const all = useEndpoints()
  const { endpoints } = all
  const isMaking = search.new !== undefined
  const isEmpty = endpoints?.length === 0 && !isMaking
  const total = endpoints?.length ?? 0
  const begin = () => go({ new: '1', filter: undefined })
  useCommands([{ id: 'endpoints.new', label: t('new'), shortcut: 'mod+N', run: begin }])
  return (
    <Frame
      title={t('title')}
      {...(total > 0 && { count: total })}
      {...(total > FEW && {
        filter: {
          value: search.filter ?? '',
          onChange: (text: string) => go({ filter: text || undefined }),
          placeholder: t('filter'),
        },
      })}
      actions={!isEmpty && !isMaking && <NewButton onClick={begin} />}
    >
      {isEmpty ? (
        <Empty
          title={t('empty.title')}
          text={t('empty.text')}
          actions={<NewButton onClick={begin} />}
        />
      ) : (
        <Endpoints all={all} />
      )}
    </Frame>
  )
}

type Known = { all: ReturnType<typeof useEndpoints> }

function Endpoints({ all }: Known) {
  const { search, go } = useAddress()
  const { endpoints, namespaces } = all
  const selected = endpoints?.find(({ id }) => id === search.selected)
  const names = endpoints?.map(({ name }) => name) ?? []
  const pane = selected && namespaces && (
    <EndpointPane
      key={selected.id}
      endpoint={selected}
      namespaces={namespaces}
      names={names}
      host={all.host}
    />
  )
  return (
    <ListAndPane
      list={
        <div className={styles.page}>
          {search.new !== undefined && namespaces && (
            <NewEndpoint
              taken={names}
              namespaces={namespaces}
              onCancel={() => go({ new: undefined })}
              onMade={(id) => go({ new: undefined, selected: id })}
            />
          )}
          <List all={all} names={names} />
        </div>
      }
      pane={pane ?? null}
      label={selected?.name ?? ''}
      onClose={() => go({ selected: undefined })}
    />
  )
}

function List({ all, names }: Known & { names: readonly string[] }) {
  const { t } = useTranslation('endpoints')
  const { search, go } = useAddress()
  const { endpoints, namespaces = [], error } = all
  if (error && !endpoints) return <Problem title={t('unread')} details={error.message} />
  if (!endpoints) return <LoadingRows rows={3} />
  const text = search.filter ?? ''
  const wanted = text.toLowerCase()
  const shown = endpoints.filter((one) =>
    [one.name, one.namespace?.name ?? ''].some((word) => word.toLowerCase().includes(wanted)),
  )
  if (shown.length === 0 && endpoints.length > 0) {
    return <NoMatch text={t('noMatch', { text })} onClear={() => go({ filter: undefined })} />
  }
  return <EndpointRows endpoints={shown} names={names} namespaces={namespaces} />
}

function NewButton({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation('endpoints')
  return (
    <Button
      variant="filled"
      leftSection={<AddIcon size={16} />}
      title={shortcutText('mod+N')}
      onClick={onClick}
    >
      {t('new')}
    </Button>
  )
}
