import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { NewTools } from '../../../../shared/namespace.ts'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { offerUndo } from '../../ui/undo.ts'
import { isHeld } from './held.ts'
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
import { toolId, toolsOf, type ToolNode } from './tree-model.ts'
import { usePatching } from './use-patching.ts'

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
    /** Resolves with whether it was done; a refusal is told. */
    patchTools,
    setServers: patchServers,
    switchTool: ({ server, tool }: ToolNode) =>
      void patchTools([{ serverId: server.id, tool: tool.tool, enabled: !tool.on }]),
    switchServer: (offer: NamespaceOffer, serverId: string, enabled: boolean) =>
      void patchServers(withMember(offer, { serverId, enabled })),
    setNewTools: (offer: NamespaceOffer, serverId: string, newTools: NewTools | null) =>
      void patchServers(withMember(offer, { serverId, newTools })),
    switchTools: (nodes: readonly ToolNode[], enabled: boolean) => {
      const back = switchesOf(decided(nodes))
      const change = back.map((patch) => ({ ...patch, enabled }))
      return inBulk(t(enabled ? 'done.on' : 'done.off', { count: back.length }), change, back)
    },
    reset: (nodes: readonly ToolNode[]) =>
      inBulk(
        t('done.reset', { count: resetsOf(nodes).length }),
        resetsOf(nodes),
        overridesOf(nodes.filter(({ tool }) => Object.keys(tool.changed).length > 0)),
      ),
    onlyTools: (offer: NamespaceOffer, nodes: readonly ToolNode[]) => {
      const ids = new Set(nodes.map((node) => node.id))
      const servers = new Set(offer.servers.map((server) => server.id))
      const all = switchesOf(decided(toolsOf(offer, servers)))
      const only = all.map((one) => ({ ...one, enabled: ids.has(toolId(one.serverId, one.tool)) }))
      return inBulk(t('done.only', { count: nodes.length }), only, all)
    },
    onlyServer: async (offer: NamespaceOffer, serverId: string) => {
      const before = membersOf(offer)
      const name = offer.servers.find((one) => one.id === serverId)?.name
      const only = before.map((one) => ({ ...one, enabled: one.serverId === serverId }))
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

type MemberPart = Pick<ServerSwitch, 'serverId'> & Partial<ServerSwitch>

function withMember(offer: NamespaceOffer, part: MemberPart): ServerSwitch[] {
  return membersOf(offer).map((one) => (one.serverId === part.serverId ? { ...one, ...part } : one))
}

/** What waits for a person is not switched with the others: it is looked at first. */
function decided(nodes: readonly ToolNode[]): ToolNode[] {
  return nodes.filter(({ tool }) => !isHeld(tool))
}

function usePatches(id: string) {
  const trpc = useTRPC()
  const { isLocked, patch } = usePatching(id)
  const { mutateAsync: setTools } = useMutation(trpc.namespaces.setTools.mutationOptions())
  const { mutateAsync: update } = useMutation(trpc.namespaces.update.mutationOptions())
  return {
    isLocked,
    patchTools: (patches: ToolPatch[]) =>
      patch(
        (offer) => withTools(offer, patches),
        () => setTools({ id, patches }),
      ),
    patchServers: (servers: ServerSwitch[]) =>
      patch(
        (offer) => withServers(offer, servers),
        () => update({ id, patch: { servers } }),
      ),
  }
}
