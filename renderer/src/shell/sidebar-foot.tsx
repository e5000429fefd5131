import { NavLink, Tooltip } from '@mantine/core'
import { Link, useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { PersonIcon, SignOutIcon } from '../ui/icons.ts'
import { useMe } from './me.ts'
import { canSignOut, signOut } from './session.ts'
import styles from './sidebar.module.css'

/** Who is signed in, and the way to their account; without accounts, the way out alone. */
export function SidebarFoot({ isNarrow }: { isNarrow: boolean }) {
  const { t } = useTranslation('shell')
  const { pathname } = useLocation()
  const caller = useMe()?.caller
  if (caller?.kind === 'account') {
    const label = t('ownAccount', { name: caller.name })
    return (
      <Tooltip label={label} position="right" disabled={!isNarrow}>
        <NavLink
          component={Link}
          to="/account"
          className={styles.link}
          active={pathname === '/account'}
          aria-label={label}
          aria-current={pathname === '/account' ? 'page' : undefined}
          label={isNarrow ? undefined : caller.name}
          leftSection={<PersonIcon size={16} stroke={1.5} />}
        />
      </Tooltip>
    )
  }
  if (!caller || !canSignOut) return null
  return (
    <Tooltip label={t('signOut')} position="right" disabled={!isNarrow}>
      <NavLink
        component="button"
        className={styles.link}
        aria-label={isNarrow ? t('signOut') : undefined}
        label={isNarrow ? undefined : t('signOut')}
        leftSection={<SignOutIcon size={16} stroke={1.5} />}
        onClick={() => void signOut()}
      />
    </Tooltip>
  )
}
