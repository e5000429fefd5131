import { useTranslation } from 'react-i18next'
import type { ApiKeyPatch } from '../../../../shared/api-key.ts'
import { useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { offerUndo } from '../../ui/undo.ts'
import type { ShownKey } from './use-keys.ts'

type Patch = ApiKeyPatch & { back: ApiKeyPatch }

/** All that can be done with a key that is there; what is refused is told. */
export function useKeyActions() {
  const { t } = useTranslation('keys')
  const client = useTRPCClient()
  const change = ({ id, name }: ShownKey, patch: Patch, message: string) =>
    doing(name, async () => {
      const { back, ...next } = patch
      await client.apiKeys.update.mutate({ id, patch: next })
      offerUndo({ message, undo: () => client.apiKeys.update.mutate({ id, patch: back }) })
    })

  return {
    toggle: ({ id, name, enabled }: ShownKey) =>
      doing(name, () => client.apiKeys.setEnabled.mutate({ id, enabled: !enabled })),
    rename: (key: ShownKey, name: string) =>
      change(key, { name, back: { name: key.name } }, t('renamed', { before: key.name, name })),
    setScope: (key: ShownKey, endpoints: 'all' | string[]) => {
      // A key whose last endpoint is gone opens nothing, which cannot be said anew.
      const back = key.endpoints.length === 0 ? {} : { endpoints: key.endpoints }
      return change(key, { endpoints, back }, t('scopeChanged', { name: key.name }))
    },
    revoke: ({ id, name }: ShownKey) =>
      doing(name, async () => {
        const { removalId, left } = await client.apiKeys.delete.mutate({ id })
        const ended = left.sessions > 0 ? t('sessionsEnded', { count: left.sessions }) : ''
        offerUndo({
          message: [t('revoked', { name }), ended].filter(Boolean).join(' '),
          undo: () => client.removals.restore.mutate({ id: removalId }),
        })
      }),
  }
}
