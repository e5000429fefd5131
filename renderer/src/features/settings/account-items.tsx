import { Switch } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useHasAccounts, useIsAdmin } from '../../shell/me.ts'
import type { SettingItem } from './setting.tsx'
import styles from './settings.module.css'
import type { Settings } from './use-settings.ts'

/** What people with accounts may do; who they are is on a page of its own. */
export function useAccountItems(settings: Settings): SettingItem[] {
  const { t } = useTranslation('settings')
  const hasAccounts = useHasAccounts()
  const isAdmin = useIsAdmin()
  if (!settings.view || !isAdmin || !hasAccounts) return []
  return [
    {
      id: 'membersRunPrograms',
      label: t('membersRunPrograms.label'),
      help: t('membersRunPrograms.help'),
      control: (
        <Switch
          aria-label={t('membersRunPrograms.label')}
          checked={settings.view.membersRunPrograms}
          onChange={(event) => {
            void settings.set({ membersRunPrograms: event.currentTarget.checked })
          }}
        />
      ),
    },
  ]
}

/** What was changed and by whom is written down also where there are no accounts. */
export function useAuditItem(): SettingItem[] {
  const { t } = useTranslation('settings')
  const isAdmin = useIsAdmin()
  if (!isAdmin) return []
  const audit: SettingItem = {
    ...{ id: 'audit', label: t('audit.label'), help: t('audit.help') },
    control: (
      <Link to="/accounts" search={{ tab: 'audit' }} className={styles.link}>
        {t('audit.open')}
      </Link>
    ),
  }
  return [audit]
}
