import { Button, NumberInput, Select, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DEFAULT_PORT, type StartSetting } from '../../../../shared/preferences.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { Machine } from '../../ui/machine.tsx'
import { offerUndo, tellProblem } from '../../ui/undo.ts'
import type { SettingItem } from './setting.tsx'
import styles from './settings.module.css'
import type { Settings } from './use-settings.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** Where clients reach us, and whether they see anything there. */
export function useNetwork(settings: Settings): SettingItem[] {
  const { t } = useTranslation('settings')
  const overview = useQuery(useTRPC().status.overview.queryOptions())
  const { view } = settings
  if (!view) return []
  return [
    {
      ...{ id: 'address', label: t('address.label'), isForAll: true },
      control: overview.data && <Machine text={overview.data.url} label={t('address.what')} />,
    },
    {
      ...{ id: 'port', label: t('port.label'), help: t('port.help') },
      control: <PortField key={view.port.next} settings={settings} />,
    },
    {
      ...{ id: 'pause', label: t('pause.label'), help: t('pause.help') },
      control: <PauseSwitch isPaused={view.paused} />,
    },
  ]
}

/** How much is written to the log; among the data, for who looks into a fault. */
export function useLogLevel(settings: Settings): SettingItem[] {
  const { t } = useTranslation('settings')
  const { view } = settings
  if (!view) return []
  const { logLevel } = view
  return [
    {
      ...{ id: 'logLevel', label: t('logLevel.label'), help: t('logLevel.help') },
      control: (
        <>
          <Select
            className={styles.short}
            aria-label={t('logLevel.label')}
            data={LEVELS.map((value) => ({ value, label: t(`logLevel.${value}`) }))}
            value={logLevel.next}
            allowDeselect={false}
            disabled={logLevel.fixedBy !== null}
            onChange={(level) => {
              const logLevelChosen = LEVELS.find((one) => one === level)
              if (logLevelChosen) void settings.set({ logLevel: logLevelChosen })
            }}
          />
          <StartMark settings={settings} setting={logLevel} />
        </>
      ),
    },
  ]
}

function PortField({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const port = settings.view?.port
  const [text, setText] = useState<string | number>(port?.next ?? DEFAULT_PORT)
  if (!port) return null
  const value = Number(text)
  const isRight = Number.isInteger(value) && value > 0 && value <= 65_535
  const save = () => {
    if (!isRight || value === port.next) return
    void settings.set({ port: value === DEFAULT_PORT ? null : value }).then((isDone) => {
      if (!isDone) setText(port.next)
    })
  }
  return (
    <>
      <NumberInput
        className={styles.short}
        aria-label={t('port.label')}
        hideControls
        allowDecimal={false}
        allowNegative={false}
        value={text}
        error={isRight ? undefined : t('port.wrong')}
        disabled={port.fixedBy !== null}
        onChange={setText}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save()
        }}
      />
      <StartMark settings={settings} setting={port} />
    </>
  )
}

/** That a setting waits for a restart, or that another one decides. */
function StartMark({ settings, setting }: { settings: Settings; setting: StartSetting<unknown> }) {
  const { t } = useTranslation('settings')
  if (setting.fixedBy !== null) {
    return <p className={styles.help}>{t('fixedBy', { what: setting.fixedBy })}</p>
  }
  if (setting.now === setting.next) return null
  return (
    <div className={styles.buttons}>
      <span className={styles.mark}>{t('needsRestart', { now: String(setting.now) })}</span>
      <RestartButton settings={settings} />
    </div>
  )
}

export function RestartButton({ settings: { can } }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const client = useTRPCClient()
  if (!can('restart')) return null
  const restart = () => {
    client.host.restart.mutate().catch((error: unknown) => tellProblem(error, t('restartNow')))
  }
  return <Button onClick={restart}>{t('restartNow')}</Button>
}

function PauseSwitch({ isPaused }: { isPaused: boolean }) {
  const { t } = useTranslation('settings')
  const client = useTRPCClient()
  const set = async (paused: boolean) => {
    try {
      const { told } = await client.settings.setPaused.mutate({ paused })
      offerUndo({
        message: t(paused ? 'pause.paused' : 'pause.resumed', { count: told }),
        undo: () => client.settings.setPaused.mutate({ paused: !paused }),
      })
    } catch (error) {
      tellProblem(error, t('pause.label'))
    }
  }
  return (
    <Switch
      aria-label={t('pause.label')}
      checked={isPaused}
      onChange={(event) => void set(event.currentTarget.checked)}
    />
  )
}
