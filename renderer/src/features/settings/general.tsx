import { Button, Radio, Select, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Preferences } from '../../../../shared/preferences.ts'
import { LANGUAGES } from '../../i18n.ts'
import { useTRPCClient } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'
import { useWhen } from '../../ui/use-when.ts'
import type { SettingItem } from './setting.tsx'
import styles from './settings.module.css'
import type { Settings } from './use-settings.ts'

const THEMES = ['system', 'light', 'dark'] as const
const CLOSINGS = ['tray', 'quit'] as const
const UPDATES = ['install', 'ask'] as const

/** How the app looks and behaves; what only the desktop app has is not there in a browser. */
export function useGeneral(settings: Settings): SettingItem[] {
  const { t } = useTranslation('settings')
  const { view, can, host } = settings
  if (!view) return []
  const look: SettingItem[] = [
    {
      ...{ id: 'theme', label: t('theme.label') },
      control: <Choice settings={settings} name="theme" values={THEMES} />,
    },
    {
      ...{ id: 'language', label: t('language.label'), words: 'language 语言' },
      control: (
        <Select
          className={styles.short}
          aria-label={t('language.label')}
          data={[
            { value: 'system', label: t('language.system') },
            ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label })),
          ]}
          value={view.language}
          allowDeselect={false}
          onChange={(language) => {
            if (language) void settings.set({ language: language as Preferences['language'] })
          }}
        />
      ),
    },
  ]
  const atLogin: SettingItem[] = [
    {
      ...{ id: 'openAtLogin', label: t('openAtLogin.label') },
      control: <OnOff settings={settings} name="openAtLogin" />,
    },
    {
      ...{ id: 'startHidden', label: t('startHidden.label'), help: t('startHidden.help') },
      control: <OnOff settings={settings} name="startHidden" isOff={!view.openAtLogin} />,
    },
  ]
  const closing: SettingItem = {
    ...{ id: 'onClose', label: t('onClose.label') },
    control: <Choice settings={settings} name="onClose" values={CLOSINGS} />,
  }
  const updates: SettingItem = {
    ...{ id: 'updates', label: t('updates.label') },
    control: (
      <>
        <Choice settings={settings} name="updates" values={UPDATES} />
        <UpdateState settings={settings} />
      </>
    ),
  }
  return [
    ...look,
    ...(can('openAtLogin') ? atLogin : []),
    ...(host?.kind === 'desktop' ? [closing] : []),
    ...(can('updates') ? [updates] : []),
  ]
}

type ChoiceProps = {
  settings: Settings
  name: 'theme' | 'onClose' | 'updates'
  /** Each with a word of its own. */
  values: readonly string[]
}

function Choice({ settings, name, values }: ChoiceProps) {
  const { t } = useTranslation('settings')
  return (
    <Radio.Group
      aria-label={t(`${name}.label`)}
      value={settings.view?.[name] ?? ''}
      onChange={(value) => void settings.set({ [name]: value })}
    >
      <div className={styles.choices}>
        {values.map((value) => (
          <Radio key={value} value={value} label={t(`${name}.${value}`)} />
        ))}
      </div>
    </Radio.Group>
  )
}

type OnOffProps = { settings: Settings; name: 'openAtLogin' | 'startHidden'; isOff?: boolean }

function OnOff({ settings, name, isOff = false }: OnOffProps) {
  const { t } = useTranslation('settings')
  return (
    <Switch
      aria-label={t(`${name}.label`)}
      checked={settings.view?.[name] === true && !isOff}
      disabled={isOff}
      onChange={(event) => void settings.set({ [name]: event.currentTarget.checked })}
    />
  )
}

function UpdateState({ settings: { host } }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const client = useTRPCClient()
  const when = useWhen()
  const update = host?.update
  if (!update) return null
  const isBusy = update.kind === 'checking' || update.kind === 'downloading'
  const checked = 'checkedAt' in update && update.checkedAt
  const run = (work: Promise<unknown>) =>
    void work.catch((error: unknown) => tellProblem(error, t('updates.label')))
  return (
    <div className={styles.buttons}>
      {update.kind === 'ready' ? (
        <Button onClick={() => run(client.host.installUpdate.mutate())}>
          {t('updates.restartTo', { version: update.version })}
        </Button>
      ) : (
        <Button disabled={isBusy} onClick={() => run(client.host.checkForUpdates.mutate())}>
          {t('updates.check')}
        </Button>
      )}
      <span className={styles.help} role="status">
        {update.kind === 'checking' && t('updates.checking')}
        {update.kind === 'downloading' &&
          t('updates.downloading', { version: update.version, percent: update.percent })}
        {update.kind === 'failed' && `${update.reason} `}
        {checked && t('updates.checked', { when: when.moment(checked) })}
      </span>
    </div>
  )
}
