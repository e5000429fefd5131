import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMayChange } from '../../shell/me.ts'
import { useEndpointActions } from './use-endpoint-actions.ts'
import type { ShownEndpoint } from './use-endpoints.ts'
import type { NamespaceSummary } from '../../../../shared/offer.ts'

type NamespaceFieldProps = {
  endpoint: ShownEndpoint
  namespaces: readonly NamespaceSummary[]
  /** In a row the list's own keys come first. */
  isInRow?: boolean
}

/** Which namespace it serves: another one is served at once. */
export function NamespaceField({ endpoint, namespaces, isInRow = false }: NamespaceFieldProps) {
  const { t } = useTranslation('endpoints')
  const { serve } = useEndpointActions()
  const mayChange = useMayChange()
  return (
    <Select
      aria-label={t('namespaceOf', { name: endpoint.name })}
      data={namespaces.map(({ id, name }) => ({ value: id, label: name }))}
      value={endpoint.namespaceId}
      allowDeselect={false}
      disabled={!mayChange(endpoint)}
      searchable={namespaces.length > 8}
      nothingFoundMessage={t('noNamespace')}
      {...(isInRow && {
        size: 'xs',
        tabIndex: -1,
        styles: { input: { height: 24, minHeight: 24 } },
        comboboxProps: { withinPortal: true },
      })}
      onClick={(event) => event.stopPropagation()}
      onChange={(id) => {
        const namespace = namespaces.find((one) => one.id === id)
        if (namespace && id !== endpoint.namespaceId) void serve(endpoint, namespace)
      }}
    />
  )
}
