import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { FoundTool, NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { offerUndo } from '../../ui/undo.ts'
import { membersOf, type ServerSwitch, type ToolPatch } from './offer-changes.ts'
import { toolId } from './tree-model.ts'
import { useDefinition } from './use-locked.ts'
import { usePatching } from './use-patching.ts'

type Rules = readonly { serverId: string; tool: string; enabled: boolean }[]

/** Picks single tools for a namespace; resolves with whether it was done. */
export function usePicking(offer: NamespaceOffer) {
  const trpc = useTRPC()
  const { t } = useTranslation('namespaces')
  const { id } = offer
  const { patch } = usePatching(id)
  const rules = useDefinition(id)?.tools ?? []
  const { mutateAsync: pickTools } = useMutation(trpc.namespaces.pickTools.mutationOptions())
  const { mutateAsync: setTools } = useMutation(trpc.namespaces.setTools.mutationOptions())
  const { mutateAsync: update } = useMutation(trpc.namespaces.update.mutationOptions())

  async function takeBack(patches: ToolPatch[], joined: ServerSwitch[]): Promise<void> {
    const before = membersOf(offer)
    await setTools({ id, patches })
    // Who adds the server later gets the whole of it.
    await update({ id, patch: { servers: [...before, ...joined] } })
    await update({ id, patch: { servers: before } })
  }

  return (found: readonly FoundTool[]): Promise<boolean> =>
    patch(
      (shown) => shown,
      async () => {
        const tools = found.map(({ serverId, tool }) => ({ serverId, tool }))
        const after = await pickTools({ id, tools })
        const back = undoing({ offer, before: rules, after: after.tools, picked: tools })
        const message = t('done.picked', { count: tools.length, namespace: offer.name })
        offerUndo({ message, undo: () => takeBack(back, joinedBy(tools, offer)) })
      },
    )
}

type Picked = {
  offer: NamespaceOffer
  before: Rules
  after: Rules
  picked: readonly { serverId: string; tool: string }[]
}

/** What was switched off besides is on again, what was picked is off again. */
function undoing({ offer, before, after, picked }: Picked): ToolPatch[] {
  const idOf = ({ serverId, tool }: { serverId: string; tool: string }) => toolId(serverId, tool)
  const wasOff = new Set(before.filter(({ enabled }) => !enabled).map(idOf))
  const wasHere = new Set(offer.servers.map((server) => server.id))
  return [
    ...after
      .filter((rule) => !rule.enabled && !wasOff.has(idOf(rule)))
      .map(({ serverId, tool }) => ({ serverId, tool, enabled: true })),
    ...picked
      .filter((tool) => wasHere.has(tool.serverId) || wasOff.has(idOf(tool)))
      .map((tool) => ({ ...tool, enabled: !wasOff.has(idOf(tool)) && wasOn(offer, tool) })),
  ]
}

function wasOn(offer: NamespaceOffer, { serverId, tool }: { serverId: string; tool: string }) {
  const server = offer.servers.find((one) => one.id === serverId)
  return server?.tools.find((one) => one.tool === tool)?.on ?? true
}

/** The servers that came with what was picked, as they would have come whole. */
function joinedBy(picked: Picked['picked'], offer: NamespaceOffer): ServerSwitch[] {
  const here = new Set(offer.servers.map((server) => server.id))
  const others = new Set(picked.map(({ serverId }) => serverId).filter((one) => !here.has(one)))
  return [...others].map((serverId) => ({ serverId, enabled: true, newTools: null }))
}
