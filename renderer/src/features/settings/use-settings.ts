import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { SettingsPatch, SettingsView } from '../../../../shared/preferences.ts'
import type { HostAbility } from '../../../../shared/host.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'

/** What is chosen, and what the program around us can do. */
export function useSettings() {
  const { t } = useTranslation('settings')
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const settings = useQuery(trpc.settings.get.queryOptions())
  const host = useQuery(trpc.host.abilities.queryOptions())
  const can = (ability: HostAbility) => host.data?.abilities.includes(ability) === true

  const newest = useRef<SettingsPatch>(undefined)
  const sent = useRef<Promise<unknown>>(Promise.resolve())

  /** One after the other: of two that are on their way at once, either may arrive first. */
  function send(patch: SettingsPatch): Promise<SettingsView> {
    const answer = sent.current.then(() => client.settings.set.mutate(patch))
    sent.current = answer.catch(() => undefined)
    return answer
  }

  /** Shown at once; what is refused is told, and shown no longer. */
  async function set(patch: SettingsPatch): Promise<boolean> {
    const key = trpc.settings.get.queryKey()
    newest.current = patch
    // An answer that was asked for before would show what was.
    await queries.cancelQueries({ queryKey: key })
    const before = queries.getQueryData(key)
    const { port: _, logLevel: __, ...now } = patch
    queries.setQueryData(key, (view) => view && ({ ...view, ...now } as SettingsView))
    try {
      const view = await send(patch)
      if (newest.current === patch) queries.setQueryData(key, view)
      return true
    } catch (error) {
      queries.setQueryData(key, before)
      tellProblem(error, t('notChanged'))
      return false
    }
  }
  return { view: settings.data, error: settings.error, host: host.data, can, set }
}

export type Settings = ReturnType<typeof useSettings>
