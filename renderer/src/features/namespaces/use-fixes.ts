import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { WhyFix } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'

/** Does what mends a broken link; what needs more than a switch goes to its page. */
export function useFixes(onLeave: () => void): (fix: WhyFix) => void {
  const { t } = useTranslation('namespaces')
  const trpc = useTRPC()
  const client = useQueryClient()
  const navigate = useNavigate()
  const server = useMutation(trpc.servers.setEnabled.mutationOptions())
  const namespace = useMutation(trpc.namespaces.setEnabled.mutationOptions())
  const update = useMutation(trpc.namespaces.update.mutationOptions())
  const tool = useMutation(trpc.namespaces.setTool.mutationOptions())
  const endpoint = useMutation(trpc.endpoints.setEnabled.mutationOptions())

  const join = async (namespaceId: string, serverId: string) => {
    const { servers } = await client.fetchQuery({
      ...trpc.namespaces.get.queryOptions({ id: namespaceId }),
      staleTime: 0,
    })
    const others = servers.some((one) => one.serverId === serverId)
      ? servers
      : [...servers, { serverId, enabled: true }]
    const members = others.map((one) =>
      one.serverId === serverId ? { ...one, enabled: true } : one,
    )
    await update.mutateAsync({ id: namespaceId, patch: { servers: members } })
  }

  async function mend(fix: WhyFix): Promise<unknown> {
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
      case 'open-server':
        return navigate({ to: '/servers', search: { selected: fix.serverId } })
      case 'new-endpoint':
        return navigate({ to: '/endpoints' })
      case 'new-key':
        return navigate({ to: '/keys' })
    }
  }

  return (fix) => {
    if (LEAVING.has(fix.id)) onLeave()
    void mend(fix).catch((error: unknown) => tellProblem(error, t('notChanged')))
  }
}

const LEAVING = new Set<WhyFix['id']>(['open-server', 'new-endpoint', 'new-key'])
