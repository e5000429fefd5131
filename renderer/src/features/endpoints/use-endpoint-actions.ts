import { useTranslation } from 'react-i18next'
import type { EndpointPatch } from '../../../../shared/endpoint.ts'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { offerUndo } from '../../ui/undo.ts'
import type { ShownEndpoint } from './use-endpoints.ts'

/** All that can be done with an endpoint that is there; what is refused is told. */
export function useEndpointActions() {
  const { t } = useTranslation('endpoints')
  const client = useTRPCClient()
  const update = (id: string, patch: EndpointPatch) => client.endpoints.update.mutate({ id, patch })

  return {
    toggle: ({ id, name, enabled }: ShownEndpoint) =>
      doing(name, () => client.endpoints.setEnabled.mutate({ id, enabled: !enabled })),
    change: ({ id, name }: ShownEndpoint, patch: EndpointPatch) =>
      doing(name, () => update(id, patch)),
    /** Rejects with what is refused. */
    share: ({ id }: ShownEndpoint, shared: boolean) => update(id, { shared }),
    rename: ({ id, name: before }: ShownEndpoint, name: string) =>
      doing(before, async () => {
        await update(id, { name })
        offerUndo({
          message: t('renamed', { before, name }),
          undo: () => update(id, { name: before }),
        })
      }),
    serve: (endpoint: ShownEndpoint, namespace: NamespaceSummary) =>
      doing(endpoint.name, async () => {
        const { id, name, namespaceId, namespace: before, sessions } = endpoint
        await update(id, { namespaceId: namespace.id })
        const tools = { before: toolsOf(before), after: toolsOf(namespace) }
        const told = sessions > 0 && endpoint.enabled
        offerUndo({
          message: told
            ? t('clientsTold', { count: sessions, ...tools })
            : t('serves', { name, namespace: namespace.name, ...tools }),
          undo: () => update(id, { namespaceId }),
        })
      }),
    remove: ({ id, name }: ShownEndpoint) =>
      doing(name, async () => {
        const { removalId, left } = await client.endpoints.delete.mutate({ id })
        const facts = [
          t('removed', { name }),
          left.sessions > 0 && t('sessionsEnded', { count: left.sessions }),
          left.keys > 0 && t('keysLost', { count: left.keys }),
        ]
        offerUndo({
          message: facts.filter(Boolean).join(' '),
          undo: () => client.removals.restore.mutate({ id: removalId }),
        })
      }),
  }
}

function toolsOf(namespace: NamespaceSummary | null): number {
  return namespace?.enabled ? namespace.tools : 0
}
