import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { offerUndo, tellProblem } from '../../ui/undo.ts'

type NamespaceChangesOptions = {
  /** With `null` the field of a name is left: it was taken over. */
  onNaming: (naming: null) => void
  onSelect: (id: string | undefined) => void
}

/** All that can be done with a namespace as a whole; what is refused is told. */
export function useNamespaceChanges({ onNaming, onSelect }: NamespaceChangesOptions) {
  const trpc = useTRPC()
  const { t } = useTranslation('namespaces')
  const setEnabled = useMutation(trpc.namespaces.setEnabled.mutationOptions())
  const update = useMutation(trpc.namespaces.update.mutationOptions())
  const create = useMutation(trpc.namespaces.create.mutationOptions())
  const remove = useMutation(trpc.namespaces.delete.mutationOptions())
  const restore = useMutation(trpc.removals.restore.mutationOptions())
  return {
    toggle: ({ id, enabled }: NamespaceSummary) =>
      setEnabled.mutate(
        { id, enabled: !enabled },
        { onError: (error) => tellProblem(error, t('notChanged')) },
      ),
    create: (name: string) =>
      create.mutate(
        { name },
        {
          onSuccess: ({ id }) => {
            onNaming(null)
            onSelect(id)
          },
          onError: (error) => tellProblem(error, t('notMade', { name })),
        },
      ),
    rename: ({ id, name: before }: NamespaceSummary, name: string) =>
      update.mutate(
        { id, patch: { name } },
        {
          onSuccess: () => {
            onNaming(null)
            offerUndo({
              message: t('done.renamed', { before, name }),
              undo: () => update.mutateAsync({ id, patch: { name: before } }),
            })
          },
          onError: (error) => tellProblem(error, t('notChanged')),
        },
      ),
    remove: ({ id, name }: NamespaceSummary) =>
      remove.mutate(
        { id },
        {
          onSuccess: ({ removalId }) => {
            onSelect(undefined)
            offerUndo({
              message: t('done.removed', { name }),
              undo: () => restore.mutateAsync({ id: removalId }),
            })
          },
          onError: (error) => tellProblem(error, t('notRemoved', { name })),
        },
      ),
  }
}
