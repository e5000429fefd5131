import { Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { DoneIcon } from '../../ui/icons.ts'
import type { Item } from './offer.ts'
import { useInspectorSettings, type LogLevel } from './store.ts'
import { useClipboardText } from './use-clipboard-text.ts'

const TIMES = [60_000, 5 * 60_000, 60 * 60_000]
const LEVELS: LogLevel[] = ['off', 'debug', 'info', 'warning', 'error']

/** How runs are made, from now on. */
export function RunOptions({ item }: { item: Item }) {
  const { t } = useTranslation('inspector')
  const { timeoutMs, logLevel } = useInspectorSettings()
  const copy = useClipboardText()
  return (
    <>
      <Menu.Item closeMenuOnClick onClick={() => copy(JSON.stringify(item.raw, null, 2))}>
        {t('copyDefinition')}
      </Menu.Item>
      <Menu.Label>{t('waitUpTo')}</Menu.Label>
      {TIMES.map((ms) => (
        <Menu.Item
          key={ms}
          role="menuitemradio"
          aria-checked={ms === timeoutMs}
          rightSection={ms === timeoutMs && <DoneIcon size={14} />}
          onClick={() => useInspectorSettings.setState({ timeoutMs: ms })}
        >
          {t('minutes', { count: ms / 60_000 })}
        </Menu.Item>
      ))}
      <Menu.Label>{t('logs.level')}</Menu.Label>
      {LEVELS.map((level) => (
        <Menu.Item
          key={level}
          role="menuitemradio"
          aria-checked={level === logLevel}
          rightSection={level === logLevel && <DoneIcon size={14} />}
          onClick={() => useInspectorSettings.setState({ logLevel: level })}
        >
          {t(`logs.${level}`)}
        </Menu.Item>
      ))}
    </>
  )
}
