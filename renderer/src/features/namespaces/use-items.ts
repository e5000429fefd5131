import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../../trpc.ts'
import { offerUndo } from '../../ui/undo.ts'
import type { Overrides } from './draft.ts'
import {
  overridesOf,
  placeOf,
  resetsOf,
  switchesOf,
  withItems,
  type ItemPatch,
} from './item-changes.ts'
import { isChanged, type ItemNode } from './item-model.ts'
import { usePatching } from './use-patching.ts'

/** Changes to the prompts, resources and templates of a namespace; see `useNamespaceActions`. */
export type ItemActions = ReturnType<typeof useItemActions>

export function useItemActions(id: string) {
  const { t } = useTranslation('namespaces')
  const { isLocked, patch } = usePatching(id)
  const { mutateAsync: setItems } = useMutation(useTRPC().namespaces.setItems.mutationOptions())
  const patchItems = (patches: ItemPatch[]) =>
    patch(
      (offer) => withItems(offer, patches),
      () => setItems({ id, patches }),
    )
  const inBulk = async (message: string, change: ItemPatch[], back: ItemPatch[]) => {
    if (change.length === 0) return
    if (await patchItems(change)) offerUndo({ message, undo: () => patchItems(back) })
  }
  return {
    isLocked,
    switchItem: (node: ItemNode) => void patchItems([{ ...placeOf(node), enabled: !node.one.on }]),
    /** Resolves with whether it was done. */
    write: (node: ItemNode, overrides: Overrides) =>
      patchItems([{ ...placeOf(node), ...overrides }]),
    switchItems: (nodes: readonly ItemNode[], enabled: boolean) => {
      const before = switchesOf(nodes)
      const after = before.map((one) => ({ ...one, enabled }))
      return inBulk(
        t(enabled ? 'done.itemsOn' : 'done.itemsOff', { count: nodes.length }),
        after,
        before,
      )
    },
    reset: (nodes: readonly ItemNode[]) => {
      const changed = nodes.filter(isChanged)
      const message = t('done.itemsReset', { count: changed.length })
      return inBulk(message, resetsOf(changed), overridesOf(changed))
    },
  }
}
