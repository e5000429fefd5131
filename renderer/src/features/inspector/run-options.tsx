import { Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'
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
      <Menu.RadioGroup
        value={String(timeoutMs)}
        onChange={(ms) => useInspectorSettings.setState({ timeoutMs: Number(ms) })}
      >
        {TIMES.map((ms) => (
          <Menu.RadioItem key={ms} value={String(ms)}>
            {t('minutes', { count: ms / 60_000 })}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
      <Menu.Label>{t('logs.level')}</Menu.Label>
      <Menu.RadioGroup
        value={logLevel}
        onChange={(next) => {
          const level = LEVELS.find((known) => known === next)
          if (level) useInspectorSettings.setState({ logLevel: level })
        }}
      >
        {LEVELS.map((level) => (
          <Menu.RadioItem key={level} value={level}>
            {t(`logs.${level}`)}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  )
}
