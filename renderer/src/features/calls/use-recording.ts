import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMayChange } from '../../shell/me.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { offerUndo, tellProblem } from '../../ui/undo.ts'

const LOG_CALL = 'log-call'

/** Whether the namespace of an endpoint keeps what its calls say, and how that is begun. */
export function useRecording(address: string) {
  const { t } = useTranslation('calls')
  const trpc = useTRPC()
  const client = useTRPCClient()
  const mayChange = useMayChange()
  const endpoints = useQuery(trpc.endpoints.list.queryOptions()).data
  const namespaces = useQuery(trpc.namespaces.list.queryOptions()).data
  const namespaceId = endpoints?.find((one) => one.address === address)?.namespaceId
  const namespace = namespaces?.find(({ id }) => id === namespaceId)
  const isOn = namespace?.middleware.some(
    ({ use, enabled }) => use === LOG_CALL && enabled !== false,
  )
  const begin = async () => {
    if (!namespace) return
    const { id, name, middleware } = namespace
    const set = (list: typeof middleware) =>
      client.namespaces.update.mutate({ id, patch: { middleware: list } })
    const others = middleware.filter(({ use }) => use !== LOG_CALL)
    try {
      await set([...others, { use: LOG_CALL }])
      offerUndo({ message: t('recording.begun', { name }), undo: () => set(middleware) })
    } catch (error) {
      tellProblem(error, t('recording.begin'))
    }
  }
  return { isOn: isOn === true, begin: namespace && mayChange(namespace) ? begin : null }
}
