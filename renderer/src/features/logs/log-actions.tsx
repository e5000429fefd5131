import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { LOG_LEVELS, type LogEntry } from '../../../../shared/log-entry.ts'
import { shortcutText } from '../../ui/commands.ts'
import { SaveIcon } from '../../ui/icons.ts'
import { FilterMenu } from './filter-menu.tsx'
import { OURSELVES } from './log-filter.ts'
import { linesOf, saveLines } from './log-text.ts'
import type { useLogView } from './use-log-view.ts'

type LogActionsProps = {
  address: ReturnType<typeof useLogView>
  servers: readonly { id: string; name: string }[]
  shown: readonly LogEntry[]
}

/** What narrows the log, and saves what is left. */
export function LogActions({ address, servers, shown }: LogActionsProps) {
  const { t } = useTranslation('logs')
  const named = servers.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <>
      <FilterMenu
        label={t('servers')}
        options={[{ value: OURSELVES, label: t('ourselves') }, ...named]}
        chosen={address.view.servers}
        onChange={address.setServers}
      />
      <FilterMenu
        label={t('levels')}
        options={LOG_LEVELS.map((level) => ({ value: level, label: t(`level.${level}`) }))}
        chosen={address.view.levels}
        onChange={address.setLevels}
      />
      <Tooltip label={t('save')}>
        <ActionIcon
          aria-label={t('save')}
          disabled={shown.length === 0}
          onClick={() => saveLines(shown)}
        >
          <SaveIcon size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  )
}

type LogMenuProps = { shown: readonly LogEntry[]; isWrapped: boolean; onWrap: () => void }

export function LogMenu({ shown, isWrapped, onWrap }: LogMenuProps) {
  const { t } = useTranslation('logs')
  const clipboard = useClipboard()
  return (
    <>
      <Menu.CheckboxItem checked={isWrapped} onChange={onWrap} rightSection={shortcutText('alt+Z')}>
        {t('wrap')}
      </Menu.CheckboxItem>
      <Menu.Item disabled={shown.length === 0} onClick={() => clipboard.copy(linesOf(shown))}>
        {t('copyShown', { count: shown.length })}
      </Menu.Item>
    </>
  )
}
