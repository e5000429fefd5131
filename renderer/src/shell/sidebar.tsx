import { Kbd, NavLink, Tooltip, UnstyledButton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { spotlight } from '@mantine/spotlight'
import { Link, useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { shortcutText } from '../ui/commands.ts'
import { SearchIcon } from '../ui/icons.ts'
import { useShownPages } from './me.ts'
import type { PAGES, PageName } from './pages.ts'
import { SidebarFoot } from './sidebar-foot.tsx'
import styles from './sidebar.module.css'
import { useCounts, type Count } from './use-counts.ts'

export function Sidebar() {
  const { t } = useTranslation('shell')
  const isNarrow = useMediaQuery('(max-width: 759px)', false, { getInitialValueInEffect: false })
  const counts = useCounts()
  const { pathname } = useLocation()
  const pages = useShownPages()
  let group: string | null = null
  return (
    <nav className={styles.sidebar} aria-label={t('nav')}>
      <div className={styles.top}>{!isNarrow && <span className={styles.name}>MetaMCP</span>}</div>
      <UnstyledButton
        className={styles.search}
        aria-label={isNarrow ? t('search') : undefined}
        onClick={spotlight.open}
      >
        <SearchIcon size={16} />
        {!isNarrow && (
          <>
            <span className={styles.grow}>{t('search')}</span>
            <Kbd size="xs">{shortcutText('mod+K')}</Kbd>
          </>
        )}
      </UnstyledButton>
      {pages.map((page) => {
        const heading = page.group !== group && page.group !== null && !isNarrow ? page.group : null
        group = page.group
        return (
          <div key={page.name} className={page.name === 'settings' ? styles.last : undefined}>
            {heading && <div className={styles.group}>{t(`groups.${heading}`)}</div>}
            <PageLink
              page={page}
              isActive={pathname === page.to}
              isNarrow={isNarrow}
              count={counts[page.name]}
            />
          </div>
        )
      })}
      <SidebarFoot isNarrow={isNarrow} />
    </nav>
  )
}

type PageLinkProps = {
  page: (typeof PAGES)[number]
  isActive: boolean
  isNarrow: boolean
  count: Count | undefined
}

function PageLink({ page, isActive, isNarrow, count }: PageLinkProps) {
  const { t } = useTranslation('shell')
  const label = t(`pages.${page.name satisfies PageName}`)
  return (
    <Tooltip label={label} position="right" disabled={!isNarrow}>
      <NavLink
        component={Link}
        to={page.to}
        className={styles.link}
        active={isActive}
        aria-label={isNarrow ? label : undefined}
        aria-current={isActive ? 'page' : undefined}
        label={isNarrow ? undefined : label}
        leftSection={<page.icon size={16} stroke={1.5} />}
        rightSection={
          count && !isNarrow ? (
            <span className={styles.count} data-needs={count.needsYou} title={count.title}>
              {count.number}
            </span>
          ) : undefined
        }
      />
    </Tooltip>
  )
}
