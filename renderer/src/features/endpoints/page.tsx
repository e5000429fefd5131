import { useTranslation } from 'react-i18next'
import { listWords, NamedPage } from '../../ui/named-page.tsx'
import { useListAddress } from '../../ui/use-address.ts'
import { EndpointPane } from './endpoint-pane.tsx'
import { EndpointRows } from './endpoint-rows.tsx'
import { NewEndpoint } from './new-endpoint.tsx'
import { useEndpoints } from './use-endpoints.ts'

/** The addresses that clients are given, and who may use them. */
export function Page() {
  const { t } = useTranslation('endpoints')
  const { search, go } = useListAddress()
  const { endpoints, namespaces, error, host } = useEndpoints()
  const selected = endpoints?.find(({ id }) => id === search.selected)
  const names = endpoints?.map(({ name }) => name) ?? []
  const pane = selected && namespaces && (
    <EndpointPane
      key={selected.id}
      endpoint={selected}
      namespaces={namespaces}
      names={names}
      host={host}
    />
  )
  return (
    <NamedPage
      id="endpoints"
      words={listWords(t)}
      items={endpoints}
      error={error}
      textsOf={({ name, namespace }) => [name, namespace?.name ?? '']}
      form={
        namespaces && (
          <NewEndpoint
            taken={names}
            namespaces={namespaces}
            onCancel={() => go({ new: undefined })}
            onMade={(id) => go({ new: undefined, selected: id })}
          />
        )
      }
      list={(shown) => (
        <EndpointRows endpoints={shown} names={names} namespaces={namespaces ?? []} />
      )}
      pane={{ content: pane ?? null, label: selected?.name ?? '' }}
    />
  )
}
