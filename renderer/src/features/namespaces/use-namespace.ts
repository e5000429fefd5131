import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { offerUndo, tellProblem } from '../../ui/undo.ts'
import {
  membersOf,
  overridesOf,
  resetsOf,
  switchesOf,
  withServers,
  withTools,
  type ServerSwitch,
  type ToolPatch,
} from './offer-changes.ts'
import type { ToolNode } from './tree-model.ts'
import { useIsLocked } from './use-locked.ts'

/** Changes to what a namespace offers: shown at once, and taken back where the core refuses them. */
export type NamespaceActions = ReturnType<typeof useNamespaceActions>

export function useNamespaceActions(id: string) {
  const { t } = useTranslation('namespaces')
  const { isLocked, patchTools, patchServers } = usePatches(id)
  const inBulk = async (message: string, change: ToolPatch[], back: ToolPatch[]) => {
    if (change.length === 0) return
    if (await patchTools(change)) offerUndo({ message, undo: () => patchTools(back) })
  }

  return {
    isLocked,
    /** Resolves with whether it was done; a refusal is told unless `isQuiet`. */
    patchTools,
    setServers: patchServers,
    switchTool: ({ server, tool }: ToolNode) =>
      void patchTools([{ serverId: server.id, tool: tool.tool, enabled: !tool.on }]),
    switchServer: (offer: NamespaceOffer, serverId: string, enabled: boolean) =>
      void patchServers(
        membersOf(offer).map((one) => (one.serverId === serverId ? { serverId, enabled } : one)),
      ),
    switchTools: (nodes: readonly ToolNode[], enabled: boolean) =>
      inBulk(
        t(enabled ? 'done.on' : 'done.off', { count: nodes.length }),
        switchesOf(nodes).map((patch) => ({ ...patch, enabled })),
        switchesOf(nodes),
      ),
    reset: (nodes: readonly ToolNode[]) =>
      inBulk(
        t('done.reset', { count: resetsOf(nodes).length }),
        resetsOf(nodes),
        overridesOf(nodes.filter(({ tool }) => Object.keys(tool.changed).length > 0)),
      ),
    onlyTools: (offer: NamespaceOffer, nodes: readonly ToolNode[]) => {
      const ids = new Set(nodes.map((node) => node.id))
      const all = offer.servers.flatMap((server) =>
        server.tools.map((tool) => ({ serverId: server.id, tool: tool.tool, enabled: tool.on })),
      )
      const only = all.map((one) => ({ ...one, enabled: ids.has(`${one.serverId}/${one.tool}`) }))
      return inBulk(t('done.only', { count: nodes.length }), only, all)
    },
    onlyServer: async (offer: NamespaceOffer, serverId: string) => {
      const before = membersOf(offer)
      const only = before.map((one) => ({ ...one, enabled: one.serverId === serverId }))
      const name = offer.servers.find((one) => one.id === serverId)?.name
      if (await patchServers(only)) {
        offerUndo({ message: t('done.onlyServer', { name }), undo: () => patchServers(before) })
      }
    },
    removeServer: async (offer: NamespaceOffer, serverId: string) => {
      const before = membersOf(offer)
      const server = offer.servers.find((one) => one.id === serverId)
      const rest = before.filter((one) => one.serverId !== serverId)
      if (server && (await patchServers(rest))) {
        offerUndo({
          message: t('done.removedServer', { name: server.name, namespace: offer.name }),
          undo: () => patchServers(before),
        })
      }
    },
  }
}

/** With `isLocked` one may look alone: keys find nothing to do, either. */
function usePatches(id: string) {
  const trpc = useTRPC()
  const client = useQueryClient()
  const { t } = useTranslation('namespaces')
  const offerKey = trpc.namespaces.offer.queryKey({ id })
  const isLocked = useIsLocked()(id)
  const { mutateAsync: setTools } = useMutation(trpc.namespaces.setTools.mutationOptions())
  const { mutateAsync: update } = useMutation(trpc.namespaces.update.mutationOptions())

  async function change(
    show: (offer: NamespaceOffer) => NamespaceOffer,
    work: () => Promise<unknown>,
  ): Promise<void> {
    // An answer that was asked for before the change would show what was.
    await client.cancelQueries({ queryKey: offerKey })
    client.setQueryData<NamespaceOffer>(offerKey, (offer) => offer && show(offer))
    try {
      await work()
    } finally {
      await client.invalidateQueries({ queryKey: offerKey })
    }
  }

  const told = (work: Promise<void>) =>
    work.then(
      () => true,
      (error: unknown) => {
        tellProblem(error, t('notChanged'))
        return false
      },
    )

  return {
    isLocked,
    patchTools: async (patches: ToolPatch[]) =>
      !isLocked &&
      told(
        change(
          (offer) => withTools(offer, patches),
          () => setTools({ id, patches }),
        ),
      ),
    patchServers: async (servers: ServerSwitch[]) =>
      !isLocked &&
      told(
        change(
          (offer) => withServers(offer, servers),
          () => update({ id, patch: { servers } }),
        ),
      ),
  }
}
