import { Tabs } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useIsAdmin, useMe } from '../../shell/me.ts'
import { Empty } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import styles from './accounts.module.css'
import { AuditView } from './audit-view.tsx'
import { PeopleView } from './people-view.tsx'
import { ProvidersView } from './providers-view.tsx'

const route = getRouteApi('/accounts')
const TABS = ['people', 'providers', 'audit'] as const

/** Who may sign in, as what, and what they did; without accounts only the last. */
export function Page() {
  const { t } = useTranslation('accounts')
  const { tab } = route.useSearch()
  const me = useMe()
  const isAdmin = useIsAdmin()
  if (!me) return <LoadingRows />
  if (!isAdmin) {
    return (
      <Frame title={t('title')}>
        <Empty title={t('notYours.title')} text={t('notYours.text')} />
      </Frame>
    )
  }
  if (me.mode === 'token') return <AuditView above={null} />
  const above = <AccountTabs />
  if (tab === 'providers') return <ProvidersView above={above} />
  if (tab === 'audit') return <AuditView above={above} />
  const ownId = me.caller.kind === 'account' ? me.caller.id : null
  return <PeopleView above={above} ownId={ownId} />
}

function AccountTabs() {
  const { t } = useTranslation('accounts')
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Tabs
      className={styles.tabs}
      value={TABS.find((one) => one === tab) ?? 'people'}
      onChange={(next) => void navigate({ search: { tab: next ?? undefined }, replace: true })}
    >
      <Tabs.List>
        {TABS.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`tabs.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  )
}
