import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { WhyFix } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'

type PinFix = Extract<WhyFix, { id: 'pin-tool' }>

/** Does what mends a broken link; what needs more than a switch goes to its page. */
export function useFixes(onLeave: () => void): (fix: WhyFix) => void {
  const { t } = useTranslation('namespaces')
  const trpc = useTRPC()
  const client = useQueryClient()
  const leave = useLeaving(onLeave)
  const server = useMutation(trpc.servers.setEnabled.mutationOptions())
  const namespace = useMutation(trpc.namespaces.setEnabled.mutationOptions())
  const update = useMutation(trpc.namespaces.update.mutationOptions())
  const tool = useMutation(trpc.namespaces.setTool.mutationOptions())
  const endpoint = useMutation(trpc.endpoints.setEnabled.mutationOptions())
  const pausing = useMutation(trpc.settings.setPaused.mutationOptions())
  const pinning = useMutation(trpc.endpoints.update.mutationOptions())

  const join = async (namespaceId: string, serverId: string) => {
    const { servers } = await client.fetchQuery({
      ...trpc.namespaces.get.queryOptions({ id: namespaceId }),
      staleTime: 0,
    })
    const joined = withServer(servers, serverId)
    await update.mutateAsync({ id: namespaceId, patch: { servers: joined } })
  }

  const pin = async ({ endpointId: id, serverId, tool: name }: PinFix) => {
    const query = trpc.endpoints.get.queryOptions({ id })
    const { discovery } = await client.fetchQuery({ ...query, staleTime: 0 })
    const pinned = [...discovery.pinned, { serverId, tool: name }]
    await pinning.mutateAsync({ id, patch: { discovery: { ...discovery, pinned } } })
  }

  async function mend(fix: Exclude<WhyFix, LeavingFix>): Promise<unknown> {
    switch (fix.id) {
      case 'server-on':
        return server.mutateAsync({ id: fix.serverId, enabled: true })
      case 'add-server':
      case 'server-on-here':
        return join(fix.namespaceId, fix.serverId)
      case 'tool-on': {
        const patch = { serverId: fix.serverId, tool: fix.tool, enabled: true }
        return tool.mutateAsync({ id: fix.namespaceId, patch })
      }
      case 'namespace-on':
        return namespace.mutateAsync({ id: fix.namespaceId, enabled: true })
      case 'endpoint-on':
        return endpoint.mutateAsync({ id: fix.endpointId, enabled: true })
      case 'resume':
        return pausing.mutateAsync({ paused: false })
      case 'pin-tool':
        return pin(fix)
    }
  }

  return (fix) => {
    if (isLeaving(fix)) return leave(fix)
    void mend(fix).catch((error: unknown) => tellProblem(error, t('notChanged')))
  }
}

function withServer<One extends { serverId: string; enabled: boolean }>(
  servers: readonly One[],
  serverId: string,
) {
  const isThere = servers.some((one) => one.serverId === serverId)
  if (!isThere) return [...servers, { serverId, enabled: true }]
  return servers.map((one) => (one.serverId === serverId ? { ...one, enabled: true } : one))
}

const LEAVING = ['open-server', 'open-trust', 'new-endpoint', 'new-key'] as const
type LeavingFix = Extract<WhyFix, { id: (typeof LEAVING)[number] }>

function isLeaving(fix: WhyFix): fix is LeavingFix {
  return LEAVING.some((id) => id === fix.id)
}

/** Goes to the page that helps; the dialog closes first. */
function useLeaving(onLeave: () => void): (fix: LeavingFix) => void {
  const navigate = useNavigate()
  return (fix) => {
    onLeave()
    switch (fix.id) {
      case 'open-server':
        return void navigate({ to: '/servers', search: { selected: fix.serverId } })
      case 'open-trust':
        return void navigate({ to: '/trust', search: { server: fix.serverId } })
      case 'new-endpoint':
        return void navigate({ to: '/endpoints' })
      case 'new-key':
        return void navigate({ to: '/keys' })
    }
  }
}
