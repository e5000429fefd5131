import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ServerView } from '../../../../shared/server.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { offerUndo, tellProblem } from '../../ui/undo.ts'

/** Has the person choose the program or the folder of a server, and starts it with that. */
export type Choose = (server: ServerView, field: 'command' | 'cwd') => Promise<void>

/** `null` where there is no dialog of the system to choose in. */
export function useChoosing(): Choose | null {
  const { t } = useTranslation('servers')
  const client = useTRPCClient()
  const { data } = useQuery(useTRPC().host.abilities.queryOptions())
  if (!data?.abilities.includes('chooseFile')) return null
  return async (server, field) => {
    // Of the rest of its command a person sees nothing here: one that waits goes on waiting.
    const { id, name, approved: approve } = server
    const kind = field === 'cwd' ? 'folder' : 'file'
    try {
      const { path } = await client.host.chooseFile.mutate({
        kind,
        title: t(`choose.${field}`, { name }),
      })
      if (path === null) return
      await client.servers.update.mutate({ id, patch: { [field]: path }, approve })
      offerUndo({
        message: t('choose.done', { name, path }),
        undo: () =>
          client.servers.update.mutate({ id, patch: { [field]: server[field] }, approve }),
      })
    } catch (error) {
      tellProblem(error, name)
    }
  }
}
