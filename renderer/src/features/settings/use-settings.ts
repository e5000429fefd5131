import { useQuery, useQueryClient } from '@tanstack/react-query'
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

  /** Shown at once; what is refused is told, and shown no longer. */
  async function set(patch: SettingsPatch): Promise<boolean> {
    const key = trpc.settings.get.queryKey()
    const before = queries.getQueryData(key)
    const { port: _, logLevel: __, ...now } = patch
    queries.setQueryData(key, (view) => view && ({ ...view, ...now } as SettingsView))
    try {
      queries.setQueryData(key, await client.settings.set.mutate(patch))
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
