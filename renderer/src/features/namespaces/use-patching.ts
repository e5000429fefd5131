import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { tellProblem } from '../../ui/undo.ts'
import { useIsLocked } from './use-locked.ts'

/**
 * Changes what a namespace offers: shown at once, and taken back where the core refuses it. With
 * `isLocked` one may look alone: keys find nothing to do, either.
 */
export function usePatching(id: string) {
  const trpc = useTRPC()
  const client = useQueryClient()
  const { t } = useTranslation('namespaces')
  const offerKey = trpc.namespaces.offer.queryKey({ id })
  const isLocked = useIsLocked()(id)

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

  return {
    isLocked,
    /** Resolves with whether it was done; a refusal is told. */
    async patch(
      show: (offer: NamespaceOffer) => NamespaceOffer,
      work: () => Promise<unknown>,
    ): Promise<boolean> {
      if (isLocked) return false
      return change(show, work).then(
        () => true,
        (error: unknown) => {
          tellProblem(error, t('notChanged'))
          return false
        },
      )
    },
  }
}
