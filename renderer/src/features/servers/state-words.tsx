import { useTranslation } from 'react-i18next'
import { wordsAt, type ShownServerState } from '../../../../shared/server-state.ts'
import { State } from '../../ui/state.tsx'
import styles from './servers.module.css'
import { useNow } from './use-now.ts'

/** The state in words alone, for rows whose dot stands beside the name; counts while it starts. */
export function StateWords({ state }: { state: ShownServerState }) {
  const text = useStateText(state)
  return (
    <span className={styles.words} data-tone={state.tone} title={text}>
      {text}
    </span>
  )
}

/** Dot and words. */
export function ServerState({ state }: { state: ShownServerState }) {
  const text = useStateText(state)
  return <State tone={state.tone}>{text}</State>
}

function useStateText(state: ShownServerState): string {
  const { t } = useTranslation('shared')
  const now = useNow(state.since !== null)
  const { key, values } = wordsAt(state, now)
  return t(key, values)
}
