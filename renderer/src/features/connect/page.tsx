import { Button, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { needsPerson } from '../../../../shared/ai-client-state.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useIsMember } from '../../shell/me.ts'
import { AnyPane } from './any-pane.tsx'
import { ClientPane } from './client-pane.tsx'
import { ClientRows } from './client-rows.tsx'
import styles from './connect.module.css'
import { MemberPage } from './member-page.tsx'
import { OldAddress } from './old-address.tsx'
import { ANY, useConnect, type Connect } from './use-connect.ts'

/** Files of this computer are for administrators; the addresses are for all. */
export function Page() {
  return useIsMember() ? <MemberPage /> : <ClientsPage />
}

/** The AI clients of this computer, and how to put MetaMCP into each. */
function ClientsPage() {
  const { t } = useTranslation(['connect', 'shared'])
  const connect = useConnect()
  const { clients, filter, setFilter } = connect
  const needy = clients?.filter(needsPerson).length ?? 0
  const connected = clients?.filter(({ state }) => state === 'connected').length ?? 0
  return (
    <Frame
      title={t('title')}
      {...(connected > 0 && { count: t('count', { count: connected }) })}
      needs={needy > 0 && t('shared:needYou', { count: needy })}
      filter={{ value: filter, onChange: setFilter, placeholder: t('filter') }}
      actions={<EndpointChoice connect={connect} />}
    >
      <div className={styles.page}>
        {!connect.isLocal && (
          <p className={styles.notice} role="note">
            {t('remote')}
          </p>
        )}
        <OldAddress clients={clients ?? []} />
        <Content connect={connect} />
      </div>
    </Frame>
  )
}

function EndpointChoice({ connect }: { connect: Connect }) {
  const { t } = useTranslation('connect')
  const { endpoint, endpoints, choose } = connect
  const names = endpoints?.filter(({ enabled }) => enabled).map(({ name }) => name) ?? []
  return (
    <Select
      className={styles.endpoint}
      aria-label={t('endpoint')}
      data={names}
      value={endpoint?.name ?? null}
      onChange={choose}
      allowDeselect={false}
      leftSection={<span className={styles.endpointLabel}>{t('endpoint')}</span>}
      leftSectionWidth={72}
    />
  )
}

function Content({ connect }: { connect: Connect }) {
  const { t } = useTranslation('connect')
  const { list, clients, here, absent, filter, selected, selectedId, isLocal } = connect
  if (list.error && !clients) return <Problem title={t('unread')} details={list.error.message} />
  if (!clients) return <LoadingRows />
  if (filter !== '' && here.length + absent.length === 0) {
    return (
      <NoMatch text={t('noMatch', { text: filter })} onClear={() => connect.setFilter('')}>
        <Button onClick={() => connect.select(ANY)}>{t('any.show')}</Button>
      </NoMatch>
    )
  }
  if (isLocal && here.length === 0 && filter === '' && selectedId !== ANY && !selected) {
    return (
      <Empty
        title={t('none.title')}
        text={t('none.text')}
        actions={<Button onClick={() => connect.select(ANY)}>{t('any.show')}</Button>}
      />
    )
  }
  const pane =
    selectedId === ANY ? (
      <AnyPane connect={connect} />
    ) : selected ? (
      <ClientPane key={selected.id} client={selected} connect={connect} />
    ) : null
  return (
    <ListAndPane
      list={<ClientRows connect={connect} />}
      pane={pane}
      label={selected?.name ?? t('any.name')}
      onClose={connect.close}
    />
  )
}
