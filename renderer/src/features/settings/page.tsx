import { Button, UnstyledButton } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useIsMember } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'
import { NoMatch } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useAccountItems, useAuditItem } from './account-items.tsx'
import { useCallLog } from './call-log.tsx'
import { useDataItems } from './data.tsx'
import { useGeneral } from './general.tsx'
import { useLogLevel, useNetwork } from './network.tsx'
import { matching, Setting, type SectionItems, type SettingItem } from './setting.tsx'
import styles from './settings.module.css'
import { useSettings, type Settings } from './use-settings.ts'

const route = getRouteApi('/settings')

/** What is chosen for the app as a whole, in one column that can be searched. */
export function Page() {
  const { t } = useTranslation('settings')
  const { filter = '', tab } = route.useSearch()
  const navigate = route.useNavigate()
  const settings = useSettings()
  const sections = useSections(settings)
  const shown = matching(sections, filter)
  const setFilter = (text: string) =>
    void navigate({ search: (before) => ({ ...before, filter: text || undefined }), replace: true })
  const column = useRef<HTMLDivElement>(null)
  const isThere = settings.view !== undefined
  useEffect(() => {
    if (tab && isThere) column.current?.querySelector(`#${CSS.escape(tab)}`)?.scrollIntoView()
  }, [tab, isThere])
  return (
    <Frame
      title={t('title')}
      filter={{ value: filter, onChange: setFilter, placeholder: t('filter') }}
    >
      {settings.error && !isThere && (
        <Problem title={t('unread')} details={settings.error.message} />
      )}
      {!isThere && !settings.error && <LoadingRows rows={6} height={48} />}
      {isThere && shown.length === 0 && (
        <NoMatch text={t('noMatch', { text: filter })} onClear={() => setFilter('')}>
          <Button onClick={spotlight.open}>{t('searchAll')}</Button>
        </NoMatch>
      )}
      {isThere && shown.length > 0 && (
        <div className={styles.page}>
          <nav className={styles.sections} aria-label={t('sections')}>
            {shown.map(({ name, title }) => (
              <UnstyledButton
                key={name}
                className={styles.sectionLink}
                onClick={() => {
                  void navigate({ search: (before) => ({ ...before, tab: name }), replace: true })
                  column.current?.querySelector(`#${name}`)?.scrollIntoView()
                }}
              >
                {title}
              </UnstyledButton>
            ))}
          </nav>
          <div ref={column} className={styles.column} tabIndex={-1}>
            <Sections shown={shown} />
          </div>
        </div>
      )}
    </Frame>
  )
}

function Sections({ shown }: { shown: readonly SectionItems[] }) {
  const { t } = useTranslation('settings')
  const isMember = useIsMember()
  return (
    <>
      {isMember && <p className={styles.intro}>{t('forAdministrators')}</p>}
      {shown.map(({ name, title, items }) => (
        <section key={name} id={name} className={styles.section} aria-label={title}>
          <h2 className={styles.title}>{title}</h2>
          {items.map((item) => (
            <Setting key={item.id} item={item} isLocked={isMember && !item.isForAll} />
          ))}
        </section>
      ))}
    </>
  )
}

function useSections(settings: Settings): SectionItems[] {
  const { t } = useTranslation('settings')
  const general = useGeneral(settings)
  const network = useNetwork(settings)
  const data = useDataItems(settings)
  const logLevel = useLogLevel(settings)
  const callLog = useCallLog(settings)
  const accounts = useAccountItems(settings)
  const audit = useAuditItem()
  const about = useAbout(settings)
  return [
    { name: 'general', title: t('general'), items: general },
    { name: 'network', title: t('network'), items: network },
    { name: 'accounts', title: t('accounts'), items: accounts },
    { name: 'data', title: t('data'), items: [...data, ...callLog, ...logLevel, ...audit] },
    { name: 'about', title: t('about'), items: about },
  ]
}

function useAbout({ host }: Settings): SettingItem[] {
  const { t } = useTranslation('settings')
  const overview = useQuery(useTRPC().status.overview.queryOptions())
  const version = overview.data?.version
  return [
    {
      ...{ id: 'version', label: t('version.label'), isForAll: true },
      control: (
        <span>
          {version && t('version.is', { version })}{' '}
          <span className={styles.help}>{host && t(`version.${host.kind}`)}</span>
        </span>
      ),
    },
    {
      ...{ id: 'licence', label: t('licence.label'), isForAll: true },
      control: <span>{t('licence.is')}</span>,
    },
  ]
}
