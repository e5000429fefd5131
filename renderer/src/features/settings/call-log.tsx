import { NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CALL_LOG_DAYS, CALL_LOG_MEGABYTES, CALL_LOG_ROWS } from '../../../../shared/calls.ts'
import type { SettingItem } from './setting.tsx'
import styles from './settings.module.css'
import type { Settings } from './use-settings.ts'

const BOUNDS = {
  callLogDays: CALL_LOG_DAYS,
  callLogRows: CALL_LOG_ROWS,
  callLogMegabytes: CALL_LOG_MEGABYTES,
}
const NAMES = Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]

/** How long, how many, and in how much room calls are kept. */
export function useCallLog(settings: Settings): SettingItem[] {
  const { t } = useTranslation('settings')
  const { view } = settings
  if (!view) return []
  return [
    {
      ...{ id: 'callLog', label: t('callLog.label'), help: t('callLog.help') },
      words: 'calls history retention',
      control: (
        <>
          {NAMES.map((name) => (
            <Bound key={`${name} ${view[name]}`} settings={settings} name={name} />
          ))}
        </>
      ),
    },
  ]
}

type BoundProps = { settings: Settings; name: keyof typeof BOUNDS }

/** Saved when it is left, or by Enter. */
function Bound({ settings, name }: BoundProps) {
  const { t } = useTranslation('settings')
  const { least, most } = BOUNDS[name]
  const known = settings.view?.[name] ?? least
  const [text, setText] = useState<string | number>(known)
  const number = Number(text)
  const isRight = text !== '' && Number.isInteger(number) && number >= least && number <= most
  const save = () => {
    if (isRight && number !== known) void settings.set({ [name]: number })
  }
  return (
    <NumberInput
      className={styles.short}
      label={t(`callLog.${name}`)}
      hideControls
      thousandSeparator
      allowDecimal={false}
      allowNegative={false}
      value={text}
      error={isRight ? undefined : t('callLog.wrong', { least, most })}
      onChange={setText}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save()
      }}
    />
  )
}
