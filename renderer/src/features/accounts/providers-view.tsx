import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { IdentityProviderView } from '../../../../shared/account.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { doing, neighbourOf } from '../../ui/doing.ts'
import { menuColumn } from '../../ui/named-columns.tsx'
import { NamedPage } from '../../ui/named-page.tsx'
import { Rows } from '../../ui/rows.tsx'
import { tell } from '../../ui/undo.ts'
import { useListAddress } from '../../ui/use-address.ts'
import { ProviderForm } from './provider-form.tsx'

/** Where else people may sign in: providers of OpenID Connect. */
export function ProvidersView({ above }: { above: ReactNode }) {
  const { t } = useTranslation('accounts')
  const { search, go } = useListAddress()
  const providers = useQuery(useTRPC().accounts.providers.queryOptions())
  const selected = providers.data?.find(({ id }) => id === search.selected)
  const isNew = search.new !== undefined
  const close = () => go({ new: undefined, selected: undefined })
  return (
    <NamedPage
      id="providers"
      words={{
        title: t('title'),
        new: t('providers.new'),
        filter: t('providers.filter'),
        noMatch: (text) => t('providers.noMatch', { text }),
        unread: t('providers.unread'),
        empty: { title: t('providers.empty.title'), text: t('providers.empty.text') },
      }}
      items={providers.data}
      error={providers.error}
      textsOf={({ name, issuer }) => [name, issuer]}
      above={above}
      form={null}
      list={(shown) => <ProviderRows providers={shown} />}
      pane={{
        content:
          isNew || selected ? (
            <ProviderForm
              key={isNew ? '' : selected?.id}
              provider={isNew ? null : (selected ?? null)}
              taken={providers.data?.map(({ id }) => id) ?? []}
              onDone={(id) => go({ new: undefined, selected: id })}
              onCancel={close}
            />
          ) : null,
        label: isNew ? t('providers.new') : (selected?.name ?? ''),
      }}
    />
  )
}

function ProviderRows({ providers }: { providers: readonly IdentityProviderView[] }) {
  const { t } = useTranslation(['accounts', 'ui'])
  const { search, go } = useListAddress()
  const client = useTRPCClient()
  const remove = ({ id, name }: IdentityProviderView) => {
    go({ selected: neighbourOf(providers, id) })
    void doing(name, async () => {
      await client.accounts.removeProvider.mutate({ id })
      tell(t('providers.removed', { name }))
    })
  }
  return (
    <Rows
      label={t('tabs.providers')}
      items={providers}
      getId={({ id }) => id}
      getText={({ name }) => name}
      selectedId={search.selected ?? null}
      onSelect={(selected) => go({ selected, new: undefined })}
      onRemove={remove}
      columns={[
        { ...{ key: 'name', label: t('columns.name') }, render: ({ name }) => name },
        {
          ...{ key: 'issuer', label: t('providers.issuer') },
          render: ({ issuer }) => (
            <span translate="no" title={issuer}>
              {issuer}
            </span>
          ),
        },
        menuColumn<IdentityProviderView>({
          label: t('ui:more'),
          nameOf: ({ name }) => t('moreOf', { name }),
          items: (provider) => (
            <Menu.Item rightSection="⌫" onClick={() => remove(provider)}>
              {t('remove')}
            </Menu.Item>
          ),
        }),
      ]}
    />
  )
}
