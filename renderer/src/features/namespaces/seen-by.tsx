import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { useFormat } from '../../ui/use-format.ts'
import styles from './pane.module.css'

/** The endpoints that serve the namespace. */
export function SeenBy({ offer: { seenBy } }: { offer: NamespaceOffer }) {
  const { t } = useTranslation('namespaces')
  const { number } = useFormat()
  const [names, count] = [seenBy.map(({ name }) => name).join(', '), seenBy.length]
  return (
    <p className={styles.note}>
      {count === 0
        ? t('facts.noEndpoint')
        : t('pane.seenBy', { names, count, number: number(count) })}
    </p>
  )
}
