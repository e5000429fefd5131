import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { offerUndo } from '../../ui/undo.ts'

/** Adds servers, and tells so with the way back. */
export function useAdd(onAdded: (serverId: string | undefined) => void) {
  const { t } = useTranslation('add-server')
  const trpc = useTRPC()
  const client = useTRPCClient()
  const done = (ids: string[], name: string | undefined) => {
    offerUndo({
      message: t('added', { count: ids.length, name }),
      undo: () => client.servers.deleteMany.mutate({ ids }),
    })
    onAdded(ids[0])
  }
  const found = useMutation(
    trpc.adding.add.mutationOptions({
      onSuccess: (ids, { choices }) => done(ids, choices[0]?.name),
    }),
  )
  const byHand = useMutation(
    trpc.adding.create.mutationOptions({
      onSuccess: (ids, { server }) => done(ids, server.name),
    }),
  )
  return { found, byHand }
}
