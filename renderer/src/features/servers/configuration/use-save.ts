import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ServerView } from '../../../../../shared/server.ts'
import { useTRPC } from '../../../trpc.ts'
import { configOf, patchOf, type Config } from './config.ts'

/** What the core does not take, by the path of the field. */
export type Issue = { path: string; message: string }

/** Stores a changed definition, whose command stands in the form, whole. `save` resolves with whether it was taken. */
export function useSave(server: ServerView) {
  const { t } = useTranslation('servers')
  const trpc = useTRPC()
  const cache = useQueryClient()
  const [issues, setIssues] = useState<Issue[]>([])
  const { mutateAsync, isPending } = useMutation(trpc.servers.update.mutationOptions())
  const save = async (config: Config): Promise<Issue[]> => {
    const patch = patchOf(configOf(server), config)
    setIssues([])
    if (!patch) return []
    try {
      const saved = await mutateAsync({ id: server.id, patch, approve: true })
      cache.setQueryData(trpc.servers.list.queryKey(), (list) =>
        list?.map((one) => (one.id === saved.id ? saved : one)),
      )
      return []
    } catch (error) {
      const found = issuesOf(error, t('form.refused'))
      setIssues(found)
      return found
    }
  }
  return { save, isPending, issues, setIssues }
}

type Told = { data?: { issues?: { path: (string | number)[]; message: string }[]; code?: string } }

function issuesOf(error: unknown, unknown: string): Issue[] {
  const { data } = error as Told
  if (data?.issues) {
    return data.issues.map(({ path, message }) => ({
      // The patch is a part of the input: its own fields begin after it.
      path: path.filter((part, index) => index > 0 || part !== 'patch').join('.'),
      message,
    }))
  }
  const message = error instanceof Error ? error.message : unknown
  return [{ path: data?.code === 'CONFLICT' ? 'name' : '', message }]
}
