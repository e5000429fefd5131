import { Button, Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { FoldedOutIcon } from '../../ui/icons.ts'
import { STATE_FILTERS } from './server-list.ts'
import { useAddress } from './use-address.ts'
import type { useServers } from './use-servers.ts'

/** Narrows the list to a state, and to the servers of a namespace. */
export function ShowMenu({ all }: { all: ReturnType<typeof useServers> }) {
  const { t } = useTranslation(['servers', 'shared'])
  const { search, go } = useAddress()
  const { namespaces, namespace } = all
  const stateText = (state: string) =>
    t(state === 'needs-you' ? 'shared:needsYou' : `shared:state.${state}`)
  const chosen = [search.state && stateText(search.state), namespace?.name].filter(Boolean)
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button rightSection={<FoldedOutIcon size={14} />}>
          {chosen.length === 0 ? t('show.all') : chosen.join(' · ')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('show.state')}</Menu.Label>
        <Menu.RadioGroup
          value={search.state ?? ''}
          onChange={(state) => go({ state: state === '' ? undefined : state })}
        >
          <Menu.RadioItem value="">{t('show.every')}</Menu.RadioItem>
          {STATE_FILTERS.map((state) => (
            <Menu.RadioItem key={state} value={state}>
              {stateText(state)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>{t('show.namespace')}</Menu.Label>
        <Menu.RadioGroup
          value={namespace?.id ?? ''}
          onChange={(id) => go({ namespace: id === '' ? undefined : id })}
        >
          <Menu.RadioItem value="">{t('show.every')}</Menu.RadioItem>
          {namespaces.map(({ id, name }) => (
            <Menu.RadioItem key={id} value={id}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
