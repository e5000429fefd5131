import { useTranslation } from 'react-i18next'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { useWhen } from '../../ui/use-when.ts'

/** A client's state in a few words, the same in row and pane. */
export function StateWords({ client }: { client: AiClientView }) {
  const { t } = useTranslation('connect')
  const { ago } = useWhen()
  const { state, seen, address } = client
  if (state === 'connected' && seen) {
    return <>{t('state.connected', { when: ago(seen.at) })}</>
  }
  // Its file does not name us: it was set up by hand, or in another place.
  if (state === 'not-connected' && seen) return <>{t('state.seen', { when: ago(seen.at) })}</>
  if (state === 'elsewhere') return <>{t('state.elsewhere', { address })}</>
  return <>{t(`state.${state}`)}</>
}
