import { Button, FileButton } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { decodeText } from '../../../../shared/decode-text.ts'
import { useIsMember } from '../../shell/me.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { Machine } from '../../ui/machine.tsx'
import { tell, tellProblem } from '../../ui/undo.ts'
import { useFormat } from '../../ui/use-format.ts'
import { useWhen } from '../../ui/use-when.ts'
import { Backups } from './backups.tsx'
import { ImportDialog, type Chosen } from './import-dialog.tsx'
import { saveFile } from './save-file.ts'
import type { SettingItem } from './setting.tsx'
import styles from './settings.module.css'
import type { Settings } from './use-settings.ts'

/** What is kept: where, how much, and the ways out and in. */
export function useDataItems(settings: Settings): SettingItem[] {
  const { t } = useTranslation('settings')
  const isMember = useIsMember()
  const removed: SettingItem = {
    ...{ id: 'removed', label: t('removed.label'), help: t('removed.help'), isForAll: true },
    words: 'undo',
    control: <Removed />,
  }
  // The rest is about everybody's data.
  if (isMember) return [removed]
  return [
    {
      ...{ id: 'folder', label: t('folder.label') },
      control: <Folder settings={settings} />,
    },
    {
      ...{ id: 'definitions', label: t('definitions.label'), help: t('definitions.help') },
      words: 'export import metamcp.json',
      control: <Definitions />,
    },
    {
      ...{ id: 'backups', label: t('backups.label'), help: t('backups.help') },
      words: 'restore',
      control: <Backups settings={settings} />,
    },
    removed,
    {
      ...{ id: 'diagnostics', label: t('diagnostics.label'), help: t('diagnostics.help') },
      control: <Diagnostics />,
    },
  ]
}

function Folder({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const info = useQuery(useTRPC().data.info.queryOptions(undefined, { staleTime: 0 }))
  const client = useTRPCClient()
  const { bytes } = useFormat()
  if (!info.data) return null
  const open = () => {
    client.host.openDataFolder
      .mutate()
      .catch((error: unknown) => tellProblem(error, t('folder.label')))
  }
  return (
    <>
      <Machine text={info.data.folder} label={t('folder.what')} />
      <div className={styles.buttons}>
        {settings.can('openDataFolder') && <Button onClick={open}>{t('folder.open')}</Button>}
        <span className={styles.help}>{bytes(info.data.bytes)}</span>
      </div>
    </>
  )
}

function Definitions() {
  const { t } = useTranslation('settings')
  const client = useTRPCClient()
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const save = async () => {
    try {
      const { text, references } = await client.data.export.query()
      saveFile('metamcp.json', text)
      tell(t('definitions.exported', { count: references.length }))
    } catch (error) {
      tellProblem(error, t('definitions.export'))
    }
  }
  const look = async (file: File | null) => {
    if (!file) return
    try {
      const text = decodeText(new Uint8Array(await file.arrayBuffer()))
      const check = await client.data.checkImport.mutate({ text })
      setChosen({ name: file.name, text, check })
    } catch (error) {
      tellProblem(error, t('definitions.notImported', { name: file.name }))
    }
  }
  return (
    <div className={styles.buttons}>
      <Button onClick={() => void save()}>{t('definitions.export')}</Button>
      <FileButton accept=".json,.jsonc,application/json" onChange={(file) => void look(file)}>
        {(props) => <Button {...props}>{t('definitions.import')}</Button>}
      </FileButton>
      {chosen && <ImportDialog chosen={chosen} onDone={() => setChosen(null)} />}
    </div>
  )
}

/** What toasts no longer offer to put back. */
function Removed() {
  const { t } = useTranslation('settings')
  const trpc = useTRPC()
  const when = useWhen()
  const removals = useQuery(trpc.removals.list.queryOptions(undefined, { staleTime: 0 }))
  const restore = useMutation(
    trpc.removals.restore.mutationOptions({
      onSuccess: ({ names }) => tell(t('removed.back', { names: names.join(', ') })),
      onError: (error) => tellProblem(error, t('removed.label')),
      onSettled: () => removals.refetch(),
    }),
  )
  if (!removals.data) return null
  if (removals.data.length === 0) return <span className={styles.help}>{t('removed.none')}</span>
  return (
    <ul className={styles.list}>
      {removals.data.map(({ id, names, kind, at }) => (
        <li key={id} className={styles.entry}>
          <span className={styles.cut}>
            {names.join(', ')}{' '}
            <span className={styles.help}>
              {t(`removed.${kind}`)} · {when.ago(at)}
            </span>
          </span>
          <Button
            aria-label={t('removed.restoreName', { names: names.join(', ') })}
            onClick={() => restore.mutate({ id })}
          >
            {t('removed.restore')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

function Diagnostics() {
  const { t } = useTranslation('settings')
  const client = useTRPCClient()
  const run = async (use: (report: { fileName: string; text: string }) => unknown) => {
    try {
      await use(await client.data.diagnostics.query())
    } catch (error) {
      tellProblem(error, t('diagnostics.label'))
    }
  }
  const copy = async ({ text }: { text: string }) => {
    await navigator.clipboard.writeText(text)
    tell(t('diagnostics.copied'))
  }
  return (
    <div className={styles.buttons}>
      <Button onClick={() => void run(copy)}>{t('diagnostics.copy')}</Button>
      <Button onClick={() => void run(({ fileName, text }) => saveFile(fileName, text))}>
        {t('diagnostics.save')}
      </Button>
    </div>
  )
}
