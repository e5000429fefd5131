import { useTranslation } from 'react-i18next'
import type { AiClientView } from '../../../../shared/ai-client.ts'
import { useTimes } from './use-times.ts'

/** A client's state in a few words, the same in row and pane. */
export function StateWords({ client }: { client: AiClientView }) {
  const { t } = useTranslation('connect')
  const times = useTimes()
  const { state, seen, address } = client
  if (state === 'connected' && seen) {
    return <>{t('state.connected', { when: times.ago(seen.at) })}</>
  }
  if (state === 'elsewhere') return <>{t('state.elsewhere', { address })}</>
  return <>{t(`state.${state}`)}</>
}
