import { useQueryClient } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { TrustedTool } from '../../../../shared/trust.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { doing } from '../../ui/doing.ts'
import { offerUndo, tell } from '../../ui/undo.ts'
import type { CommandRow, ToolRow, TrustRow } from './trust-rows.ts'

export type Deciding = {
  /** Takes tools in as they were shown, wherever they wait. */
  acceptAll: (rows: readonly ToolRow[], server: string) => Promise<boolean>
  accept: (row: TrustRow) => Promise<boolean>
  /** A tool is switched off; a server whose command is refused is removed. */
  refuse: (row: TrustRow) => Promise<boolean>
  turnOff: (row: TrustRow) => Promise<boolean>
}

/** What a person decides, told with the way back where there is one. */
export function useDeciding(): Deciding {
  const { t } = useTranslation('trust')
  const client = useTRPCClient()
  const cache = useQueryClient()
  const { queryKey } = useTRPC().trust.list.queryOptions()
  const { acceptTools, approve, refuseTool, removeServer, turnOff } = actsOf(client, t)
  // Also after a refusal: what was shown may be old.
  const done = async (name: string, work: () => Promise<unknown>) => {
    const isDone = await doing(name, work)
    await cache.invalidateQueries({ queryKey })
    return isDone
  }
  return {
    acceptAll: (rows, server) =>
      done(server, async () => {
        const undo = await acceptTools(rows)
        offerUndo({ message: t('acceptedAll', { count: rows.length, server }), undo })
      }),
    accept: (row) =>
      done(row.server, async () => {
        if (row.kind === 'command') return approve(row)
        const undo = await acceptTools([row])
        offerUndo({ message: t('accepted', { tool: row.tool }), undo })
      }),
    refuse: (row) =>
      done(row.server, () => (row.kind === 'tool' ? refuseTool(row) : removeServer(row))),
    turnOff: (row) => done(row.server, () => turnOff(row)),
  }
}

type Client = ReturnType<typeof useTRPCClient>

function actsOf(client: Client, t: TFunction<'trust'>) {
  const { trust, servers, removals } = client
  return {
    /** Resolves with what takes it back. */
    async acceptTools(rows: readonly ToolRow[]): Promise<() => Promise<unknown>> {
      const back: Parameters<typeof trust.unaccept.mutate>[0][] = []
      for (const [namespaceId, places] of byNamespace(rows)) {
        const tools = places.map(({ serverId, tool, hash }) => ({ serverId, tool, hash }))
        const { accepted } = await trust.accept.mutate({ namespaceId, tools })
        if (accepted.length > 0) back.push({ namespaceId, tools: accepted })
      }
      return () => Promise.all(back.map((one) => trust.unaccept.mutate(one)))
    },
    async approve({ serverId, server, hash }: CommandRow): Promise<void> {
      await trust.approveCommand.mutate({ serverId, hash })
      tell(t('approved', { server }))
    },
    async refuseTool(row: ToolRow): Promise<void> {
      const ids = [...byNamespace([row]).keys()]
      const tools = [{ serverId: row.serverId, tool: row.tool }]
      for (const namespaceId of ids) await trust.refuse.mutate({ namespaceId, tools })
      offerUndo({
        message: t('refused', { tool: row.tool }),
        undo: () =>
          Promise.all(ids.map((namespaceId) => trust.restore.mutate({ namespaceId, tools }))),
      })
    },
    async removeServer({ serverId, server }: CommandRow): Promise<void> {
      const { removalId } = await servers.delete.mutate({ id: serverId })
      offerUndo({
        message: t('removed', { server }),
        undo: () => removals.restore.mutate({ id: removalId }),
      })
    },
    async turnOff({ serverId, server }: TrustRow): Promise<void> {
      const set = (enabled: boolean) => servers.setEnabled.mutate({ id: serverId, enabled })
      await set(false)
      offerUndo({ message: t('turnedOff', { server }), undo: () => set(true) })
    },
  }
}

/** Only those that the person may decide. */
function byNamespace(rows: readonly ToolRow[]): Map<string, TrustedTool[]> {
  const places = rows.flatMap((row) => row.places).filter(({ mayDecide }) => mayDecide)
  return Map.groupBy(places, ({ namespaceId }) => namespaceId)
}
